// `npm run bench -- [--json] [--only WORD] [--rounds N] [--ms N] [--budget SECONDS] [--adapter default] [--in node]`: measures our program against its peers: products,
// forward runs and contributions in one headless Chromium tab, the first picture in another, attention flow in Node. `--in node`: what needs no peer of the
// browser, in Node, with torch as a peer for products.
// Tables, or with --json one JSON object a line: {bench, case, ours, peer, peer_value, ratio, unit, …}. Exit code 1 when a comparison failed or a
// result was wrong; never because of a time, or because a peer is not installed. Not part of the tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ensureInstalled } from '../scripts/lib/install.mjs';
import { root, start, stopChildrenOnExit } from '../scripts/lib/run.mjs';
import { serve } from '../scripts/lib/server.mjs';
import { gpuEnvironment } from '../scripts/lib/vulkan.mjs';
import { measureFirstPicture } from './firstPicture.mjs';
import { tables } from './tables.mjs';

const usage =
  'Usage: npm run bench -- [--json] [--only WORD] [--rounds N] [--ms N] [--budget SECONDS] [--adapter swiftshader|default] [--in browser|node]';
const places = ['browser', 'node'];
const adapters = ['swiftshader', 'default'];
/** A product that takes longer than this has a single turn: at 1024³ on a software adapter a round would take minutes. */
const singleTurnMs = 3000;

function readOptions() {
  const options = {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '300' },
    budget: { type: 'string', default: '360' },
    adapter: { type: 'string', default: process.env.TENSORSCOPE_ADAPTER ?? 'swiftshader' },
    in: { type: 'string', default: 'browser' },
  };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new Error(`${error.message} ${usage}`);
  }
  const [rounds, turnMs, budgetMs] = [Number(values.rounds), Number(values.ms), 1000 * Number(values.budget)];
  if (!(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`--rounds ${values.rounds} is not a number of rounds. ${usage}`);
  if (!(turnMs > 0)) throw new Error(`--ms ${values.ms} is not a length of a turn in milliseconds. ${usage}`);
  if (!(budgetMs > 0)) throw new Error(`--budget ${values.budget} is not a number of seconds for one race. ${usage}`);
  if (!adapters.includes(values.adapter))
    throw new Error(`--adapter ${values.adapter} is not one of ${adapters}. ${usage}`);
  if (!places.includes(values.in)) throw new Error(`--in ${values.in} is not one of ${places}. ${usage}`);
  const benches = { only: values.only, rounds, turnMs, singleTurnMs, budgetMs };
  return { json: values.json, adapter: values.adapter, place: values.in, benches };
}

/** The benches as a page of their own: the same sources and shaders as the product's, the peers, and the embedded models. */
async function buildPage(outDir) {
  const { build } = await import('vite');
  await build({
    root: join(root, 'bench'),
    configFile: false,
    base: './',
    publicDir: join(root, 'public'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 10_000 },
  });
}

/** The fields that every line has come first, in the order that their readers know. */
function inOrder({ bench, case: name, ours, peer, peer_value, ratio, unit, ...extra }) {
  return { bench, case: name, ours, peer, peer_value, ratio, unit, ...extra };
}

/** Runs the benches of the page in one tab; `report` gets every line. */
async function measureInBrowser(options, report) {
  const { ensureBrowser, launchArgs } = await import('../scripts/lib/browser.mjs');
  const executablePath = await ensureBrowser();
  const { chromium } = await import('@playwright/test');
  const folder = mkdtempSync(join(tmpdir(), 'tensorscope-bench-')); // of its own, so that two runs do not disturb each other
  let server;
  let browser;
  try {
    await buildPage(folder);
    server = await serve({ folder });
    browser = await chromium.launch({ executablePath, args: launchArgs });
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) console.error(`[page] ${message.text().slice(0, 600)}`);
    });
    page.on('pageerror', (error) => console.error(`[page] ${error.message}`));
    const version = `Chromium ${browser.version()}`;
    await page.exposeFunction('report', (line) => report({ ...line, place: version }));
    await page.goto(server.url);
    await page.waitForFunction(() => 'runBenches' in window);
    await page.evaluate((chosen) => window.runBenches(chosen), options);
  } finally {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true });
  }
}

/** Runs benches in a Node process: `all` that can be, or those that need no graphics device. */
async function measureInNode(benches, options, report) {
  const args = [join(root, 'scripts/lib/runTs.mjs'), 'bench/inNode.ts', JSON.stringify({ benches, options })];
  const env = benches === 'cpu' ? process.env : await gpuEnvironment();
  const child = start(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.on('close', done));
  for await (const line of createInterface({ input: child.stdout }))
    report({ ...JSON.parse(line), place: `Node ${process.versions.node}` });
  if ((await ended) !== 0) process.exitCode = 1;
}

try {
  const options = readOptions();
  stopChildrenOnExit();
  await ensureInstalled();
  process.env.TENSORSCOPE_ADAPTER = options.adapter; // browser.mjs reads it when it is loaded
  const lines = [];
  const report = (line) => {
    lines.push(line);
    if (line.error) process.exitCode = 1;
    if (options.json) console.log(JSON.stringify(inOrder(line)));
    else console.error(`${line.bench} ${line.case}, ${line.peer}: ${line.error ?? line.note ?? line.ratio}`);
  };
  try {
    if (options.place === 'node') await measureInNode('all', options.benches, report);
    else {
      await measureFirstPicture(options.benches, report);
      await measureInBrowser(options.benches, report);
      await measureInNode('cpu', options.benches, report);
    }
  } finally {
    if (!options.json && lines.length > 0) console.log(tables(lines));
  }
  if (lines.length === 0) throw new Error(`No case contains "${options.benches.only}".`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
