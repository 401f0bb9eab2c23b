// Builds the page into dist/ when something that goes into it is newer than what lies there.
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool, tail } from './run.mjs';

export const dist = join(root, 'dist');

const page = join(dist, 'index.html');
const sources = ['index.html', 'package-lock.json', 'public', 'shaders', 'src', 'tsconfig.json', 'vite.config.ts'];
const isTest = /\.test\.tsx?$|^testing$/;

// Folders count too: a deleted file leaves its trace there.
function newest(path) {
  if (!existsSync(path)) return 0;
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  const inside = readdirSync(path).filter((name) => !isTest.test(name));
  return Math.max(info.mtimeMs, ...inside.map((name) => newest(join(path, name))));
}

export function isBuilt() {
  return existsSync(page) && statSync(page).mtimeMs >= Math.max(...sources.map((name) => newest(join(root, name))));
}

/** Builds always. Returns what a finished command returns. */
export async function build() {
  const started = new Date();
  const result = await runTool('vite', 'vite', ['build', '--logLevel', 'warn'], { minutes: 5 });
  // Dated to the start, so that a source changed during the build is newer than its result.
  if (result.code === 0) utimesSync(page, started, started);
  return result;
}

/**
 * Builds when needed. Throws one sentence, with the build's last lines, when that fails.
 * @param {{ say?: (line: string) => void }} [options]
 */
export async function ensureBuilt({ say = console.error } = {}) {
  if (isBuilt()) return;
  say('Building the page …');
  const { code, output } = await build();
  if (code !== 0) throw new Error(`The page could not be built.\n${tail(output)}`);
}
