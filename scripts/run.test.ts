import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const run = pathToFileURL('scripts/lib/run.mjs').href;

/** A child that starts one of its own, says the ids of both, and stays. */
const nested = `
  const { spawn } = require('node:child_process');
  const inner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  console.log(process.pid, inner.pid);
  setInterval(() => {}, 1000);`;

const parent = `
  import { start, stopChildrenOnExit } from ${JSON.stringify(run)};
  stopChildrenOnExit();
  start(process.execPath, ['-e', ${JSON.stringify(nested)}], { stdio: ['ignore', 'inherit', 'inherit'] });`;

/** Until the process with this id is gone. */
async function gone(id: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      process.kill(id, 0);
    } catch {
      return true;
    }
    await new Promise((done) => setTimeout(done, 25));
  }
  return false;
}

test('a command that is ended takes the children it has started with it, and theirs', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => child.on('close', done));
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const ids = String(line.value).split(' ').map(Number);
  expect(ids).toHaveLength(2);
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(await Promise.all(ids.map(gone))).toEqual([true, true]);
});
