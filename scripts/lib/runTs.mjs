// Runs a TypeScript program in this Node process, through Vite's module loader: the sources as the page has them (`?raw` shaders too), no
// build. The program exports `main(args: string[]): Promise<number>`; its number is the exit code. Nothing but the program writes to stdout.
// Started by lib/launchTs.mjs, which sets the environment first.
import { join } from 'node:path';
import { createServer } from 'vite';
import { root } from './run.mjs';

const [file, ...args] = process.argv.slice(2);

const vite = await createServer({
  root,
  configFile: join(root, 'vite.config.ts'),
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
});
const written = (stream) => new Promise((done) => stream.write('', done));
let code = 1;
try {
  const { main } = await vite.ssrLoadModule(`/${file}`);
  if (typeof main !== 'function') throw new Error(`${file} exports no function "main".`);
  code = await main(args);
} catch (error) {
  vite.ssrFixStacktrace(error);
  console.error(error.stack);
}
await vite.close();
await Promise.all([written(process.stdout), written(process.stderr)]);
process.exit(code); // Dawn's threads would keep the process alive
