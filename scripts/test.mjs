// `npm test`: everything that must hold, on a machine with nothing but Node and npm. Installs what is missing, runs the steps below, goes on
// after a failure where that makes sense, and ends with `N passed, N failed`. `npm test -- unit gpu` runs only the named steps.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './lib/browser.mjs';
import { build, ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { readPlaywright, readVitest } from './lib/results.mjs';
import { root, run, runTool, stopChildrenOnExit, tail } from './lib/run.mjs';
import { gpuEnvironment } from './lib/vulkan.mjs';

const results = join(root, 'test-results');
const script = (name) => join(root, 'scripts', name);
const say = (line) => console.log(line);

/** A check that passes or fails as a whole: it counts as one test, and its output is shown when it fails. */
const asOne = (kind, { code, output }) => {
  if (code !== 0) say(tail(output, 200));
  return { [kind]: { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, notes: [] } };
};

const failed = (kind, note) => ({ [kind]: { passed: 0, failed: 1, notes: [note] } });

async function runVitest(kinds, env) {
  const report = join(results, 'vitest.json');
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const projects = kinds.map((kind) => `--project=${kind}`);
  const args = ['run', '--allowOnly=false', '--passWithNoTests', ...reporters, ...projects];
  const { code } = await runTool('vitest', 'vitest', args, { env, output: 'show', minutes: 30 });
  return readVitest(report, code, kinds);
}

async function runE2e(env) {
  const report = join(results, 'e2e.json');
  rmSync(report, { force: true });
  // Most of these stories run on the float64 reference, which takes one core: two at a time.
  const args = ['test', '--forbid-only', '--project=page', '--workers=2'];
  const { code } = await runTool('@playwright/test', 'playwright', args, { env, output: 'show', minutes: 40 });
  return readPlaywright(report, code);
}

/** Node's adapter and the browser's, by name: without them nothing that follows means anything. */
async function checkAdapters(env) {
  const inNode = await run(process.execPath, [script('lib/adapter.mjs')], { env, minutes: 1 });
  const inBrowser = await run(process.execPath, [script('lib/browserAdapter.mjs')], { env, minutes: 1 });
  say(`Node: ${inNode.output.trim()}\nBrowser: ${inBrowser.output.trim()}`);
  const found = [inNode, inBrowser].filter(({ code }) => code === 0).length;
  return { adapter: { passed: found, failed: 2 - found, notes: [] } };
}

// In this order. `needs`: what must be there first; a step whose need is not met counts as one failure.
const steps = [
  { kinds: ['check'], run: async () => asOne('check', await runTool('typescript', 'tsc', ['--noEmit'])) },
  {
    kinds: ['lint'],
    run: async () => asOne('lint', await runTool('@biomejs/biome', 'biome', ['check', '--error-on-warnings', '.'])),
  },
  { kinds: ['imports'], run: async () => asOne('imports', await run(process.execPath, [script('checkImports.mjs')])) },
  { kinds: ['build'], run: async () => asOne('build', await build()) },
  { kinds: ['adapter'], needs: ['browser'], run: checkAdapters },
  { kinds: ['unit', 'gpu'], run: (env, kinds) => runVitest(kinds, env) },
  { kinds: ['e2e'], needs: ['browser', 'build'], run: runE2e },
];
const allKinds = steps.flatMap((step) => step.kinds);
const withoutBrowser = ['check', 'lint', 'imports', 'build'];

async function timed(heading, work) {
  say(`\n== ${heading}`);
  const start = performance.now();
  const value = await work();
  say(`== ${heading}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return value;
}

/** Runs the wanted steps and returns the counts by kind. */
async function runSteps(wanted) {
  const counts = {};
  const missing = {};
  let env = process.env;
  if (wanted.some((kind) => !withoutBrowser.includes(kind))) {
    const browser = await ensureBrowser({ say }).catch((error) => {
      missing.browser = 'there is no browser.';
      Object.assign(counts, failed('browser', error.message));
      return null;
    });
    env = await gpuEnvironment({ browser });
  }
  for (const step of steps) {
    const kinds = step.kinds.filter((kind) => wanted.includes(kind));
    if (kinds.length === 0) continue;
    if (step.needs?.includes('build') && !wanted.includes('build')) {
      await ensureBuilt({ say }).catch((error) => {
        missing.build = error.message;
      });
    }
    const lacking = step.needs?.find((need) => missing[need]);
    if (lacking) Object.assign(counts, failed(kinds[0], `Not run: ${missing[lacking]}`));
    else Object.assign(counts, await timed(kinds.join(', '), () => step.run(env, kinds)));
    if (counts.build?.failed > 0) missing.build = 'the build failed.';
  }
  return counts;
}

function report(counts) {
  const notes = Object.entries(counts).flatMap(([kind, each]) => each.notes.map((note) => `${kind}: ${note}`));
  if (notes.length > 0) say(`\nFailures\n${notes.join('\n')}`);
  say(`\n${'kind'.padEnd(10)}${'passed'.padStart(8)}${'failed'.padStart(8)}`);
  for (const [kind, { passed, failed }] of Object.entries(counts)) {
    say(`${kind.padEnd(10)}${String(passed).padStart(8)}${String(failed).padStart(8)}`);
  }
  const total = (key) => Object.values(counts).reduce((sum, each) => sum + each[key], 0);
  say(`\n${total('passed')} passed, ${total('failed')} failed`);
  return total('failed') === 0;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((kind) => !allKinds.includes(kind));
if (unknown) {
  console.error(`There is no step "${unknown}"; the steps are ${allKinds.join(', ')}.`);
  process.exit(2);
}
stopChildrenOnExit();
mkdirSync(results, { recursive: true });
let counts;
try {
  await ensureInstalled({ say });
  counts = await runSteps(wanted.length > 0 ? wanted : allKinds);
} catch (error) {
  counts = failed('setup', error.message);
}
process.exitCode = report(counts) ? 0 : 1;
