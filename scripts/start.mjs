// `npm start`: installs and builds what is missing, serves the page on localhost and prints its address, alone on a line, when it is ready.
// Options after `--`: --port N (exactly that port; otherwise the first free one from 5173), --no-open, --serve-only (dist/ as it is).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dist, ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { stopChildrenOnExit } from './lib/run.mjs';
import { serve, serveFrom } from './lib/server.mjs';

const usage = 'Usage: npm start -- [--port N] [--no-open] [--serve-only]';
const firstPort = 5173;

function readOptions() {
  const options = { port: { type: 'string' }, 'no-open': { type: 'boolean' }, 'serve-only': { type: 'boolean' } };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new Error(`${error.message} ${usage}`);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
    throw new Error(`--port ${values.port} is not a port: give a number from 0 (any free one) to 65535.`);
  }
  return { port, serveOnly: values['serve-only'] === true, open: values['no-open'] !== true };
}

async function startServer(port) {
  if (port === undefined) return serveFrom({ folder: dist, port: firstPort });
  try {
    return await serve({ folder: dist, port });
  } catch (error) {
    if (error.code === 'EADDRINUSE') throw new Error(`Port ${port} is taken; choose another with --port N.`);
    if (error.code === 'EACCES') throw new Error(`Port ${port} is not allowed to this user; choose one above 1023.`);
    throw error;
  }
}

function openBrowser(url) {
  const [command, ...args] = {
    darwin: ['open', url],
    win32: ['cmd', '/c', 'start', '', url],
  }[process.platform] ?? ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {}) // the address is on the screen
    .unref();
}

try {
  const { port, serveOnly, open } = readOptions();
  stopChildrenOnExit();
  if (!serveOnly) {
    await ensureInstalled();
    await ensureBuilt();
  } else if (!existsSync(join(dist, 'index.html'))) {
    throw new Error('There is no built page in dist/: run "npm run build" first, or leave --serve-only out.');
  }
  const server = await startServer(port);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.removeAllListeners(signal);
    process.once(signal, () => server.close().then(() => process.exit(0)));
  }
  console.log(server.url);
  if (open && !serveOnly && process.stdout.isTTY && !process.env.CI) openBrowser(server.url);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
