// Installs the npm packages when they are missing or not those of package-lock.json; otherwise does nothing. Uses only Node itself, since
// it runs before anything is installed. npm keeps its own record of what lies in node_modules, and that record is what is compared.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tail } from './run.mjs';

const oldestNode = 20;

/**
 * True when everything that the lock file asks for is installed in the same version. Optional packages may be missing (other platforms').
 * @param {string} [folder]
 */
export function isInstalled(folder = root) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = present[path];
    return found ? found.version === version && existsSync(join(folder, path)) : optional === true;
  });
}

/**
 * Makes node_modules fit package-lock.json. Throws one sentence when that fails.
 * @param {{ say?: (line: string) => void }} [options]
 */
export async function ensureInstalled({ say = console.error } = {}) {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new Error(`Tensorscope needs Node ${oldestNode} or newer; this is Node ${process.versions.node}.`);
  }
  if (isInstalled()) return;
  say('Installing packages (npm ci) …');
  // None of the packages needs an install script; leaving them out keeps the installation quick and free of downloads from elsewhere.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { code, output } = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args], { minutes: 15 })
    : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { minutes: 15 });
  if (code !== 0) throw new Error(`The npm packages could not be installed: "npm ci" failed.\n${tail(output)}`);
}
