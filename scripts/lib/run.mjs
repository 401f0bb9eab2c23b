// Running child processes: one way to start, time-limit, capture and stop them, and to find the command-line tools of installed packages.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const windows = process.platform === 'win32';
const running = new Set();

// A child leads its own process group, so that a stop reaches its children (a browser, a server) too.
function stop(child, signal) {
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has already ended.
  }
}

/** On Ctrl-C or termination: ends every child that `run` started, then this process. */
export function stopChildrenOnExit() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      for (const child of running) stop(child, 'SIGTERM');
      process.exit(code);
    });
  }
}

/**
 * Starts a child that `stopChildrenOnExit` ends, with all that it starts itself. The options are those of `spawn`.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function start(command, args, options) {
  const child = spawn(command, args, { ...options, detached: !windows });
  running.add(child);
  for (const end of ['close', 'error']) child.once(end, () => running.delete(child));
  return child;
}

/**
 * Runs a command without standard input and waits for it. Never throws: a command that cannot start has code 127, one past its limit 124.
 * `output: 'capture'` keeps stdout and stderr together in the result; 'show' passes them through; 'stderr' sends both to our stderr.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, output?: 'capture' | 'show' | 'stderr', minutes?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { env = process.env, cwd = root, output = 'capture', minutes = 10 } = {}) {
  return new Promise((done) => {
    const stdio = { capture: ['ignore', 'pipe', 'pipe'], show: ['ignore', 1, 2], stderr: ['ignore', 2, 2] }[output];
    const child = start(command, args, { env, cwd, stdio });
    const chunks = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop(child, 'SIGKILL');
    }, minutes * 60_000);
    const finish = (code, note = '') => {
      clearTimeout(timer);
      done({ code, output: Buffer.concat(chunks).toString() + note });
    };
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => finish(127, error.message));
    child.on('close', (code, signal) => {
      if (late) finish(124, `\nStopped after ${minutes} minutes.`);
      else finish(code ?? 1, signal ? `\nEnded by ${signal}.` : '');
    });
  });
}

/**
 * Hands the terminal over to a command (stdin too) and waits for its exit code; signals reach it, and it decides what they mean.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function handOver(command, args, env) {
  return new Promise((done) => {
    const child = spawn(command, args, { env, stdio: 'inherit', shell: windows && command !== process.execPath });
    process.on('SIGINT', () => {}); // the terminal sends it to the child as well
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      console.error(`${command} does not start: ${error.message}`);
      done(127);
    });
    child.on('close', (code) => done(code ?? 1));
  });
}

/**
 * The arguments with which Node runs an installed package's command, for example tool('vite') or tool('@playwright/test', 'playwright').
 * @param {string} packageName
 * @param {string} [name]
 */
export function tool(packageName, name = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name]);
}

/** Runs an installed package's command with this Node. */
export function runTool(packageName, name, args, options) {
  return run(process.execPath, [tool(packageName, name), ...args], options);
}

/** The last lines of a long output. */
export function tail(output, lines = 20) {
  return output.trim().split('\n').slice(-lines).join('\n');
}
