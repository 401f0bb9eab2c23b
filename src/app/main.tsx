// The page's entry: wires the store to the worker's engine, the address bar and the files beside the page, and mounts the shell. With `?debug=1` the
// engine tells what every answer takes, and a panel shows it; nothing of that is loaded otherwise.

import { lazy, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createWorkerEngine } from '../engine/client';
import type { Answered } from '../engine/protocol';
import { App } from './App';
import { mountPage } from './page';

const debug = new URLSearchParams(location.search).get('debug') === '1';
const Panel = debug ? lazy(() => import('./debug/DebugPanel')) : null;
const tell = (answered: Answered) => void import('./debug/answers').then(({ add }) => add(answered));

const root = createRoot(document.getElementById('root')!);
mountPage(
  () => createWorkerEngine(debug ? tell : undefined),
  (page) =>
    root.render(
      <App page={page}>
        {Panel && (
          <Suspense fallback={null}>
            <Panel />
          </Suspense>
        )}
      </App>,
    ),
);
