// The page's entry: wires the store to the worker's engine, the address bar and the files beside the page, and mounts the shell.

import { createRoot } from 'react-dom/client';
import { createWorkerEngine } from '../engine/client';
import { App } from './App';
import { mountPage } from './page';

const root = createRoot(document.getElementById('root')!);
mountPage(createWorkerEngine, (page) => root.render(<App page={page} />));
