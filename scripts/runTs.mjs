// `node scripts/runTs.mjs FILE.ts ARGS…` runs a TypeScript program of this repository in Node, with a WebGPU adapter (see lib/runTs.mjs).
import { isAbsolute, relative, resolve } from 'node:path';
import { launchTs } from './lib/launchTs.mjs';
import { root } from './lib/run.mjs';

const [file, ...args] = process.argv.slice(2);
const path = file && relative(root, resolve(file)).replaceAll('\\', '/');
if (!path || path.startsWith('..') || isAbsolute(path)) {
  console.error('Usage: node scripts/runTs.mjs FILE.ts ARGS…, with a FILE of this repository.');
  process.exitCode = 2;
} else {
  await launchTs(path, args);
}
