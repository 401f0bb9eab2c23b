// Attention flow of 128 tokens through 12 blocks: seconds of work on the CPU. It says how far it is, can be cancelled and taken up again, and the page
// stays awake. A random decoder, deep and narrow, on a mirror of the hub.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { type TensorToWrite, writeSafetensors } from '../src/models/safetensors.ts';
import { hubMirror } from '../src/models/testing/hubMirror.ts';
import { randomArray, seededRandom } from '../src/tensor/random.ts';
import { grid, ready, reference } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const id = 'acme/deep';
const embedded = 'public/models/tiny-world'; // for its tokenizer
const sizes = { n_layer: 12, n_embd: 16, n_head: 2, n_positions: 128 };
/** Milliseconds: no task of the main thread may last longer. */
const longestTask = 50;

/** A folder in the hub's layout. Scores are lively: flat attention would make every flow trivial. */
async function deepModel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorscope-deep-'));
  const config = { ...JSON.parse(await readFile(`${embedded}/config.json`, 'utf8')), ...sizes, n_ctx: 128 };
  const { n_layer: blocks, n_embd: width, vocab_size: vocab } = config;
  const random = seededRandom(12128);
  const tensors = new Map<string, TensorToWrite>();
  const add = (name: string, shape: number[], scale: number, offset = 0) => {
    const data = randomArray(
      shape.reduce((product, size) => product * size, 1),
      random,
      scale,
    ).map((value) => value + offset);
    tensors.set(name, { shape, data });
  };
  const norm = (name: string) => {
    add(`${name}.weight`, [width], 0.2, 1);
    add(`${name}.bias`, [width], 0.1);
  };
  const linear = (name: string, inputs: number, outputs: number, scale: number) => {
    add(`${name}.weight`, [inputs, outputs], scale);
    add(`${name}.bias`, [outputs], 0.1);
  };
  add('wte.weight', [vocab, width], 1);
  add('wpe.weight', [sizes.n_positions, width], 1);
  for (let block = 0; block < blocks; block++) {
    norm(`h.${block}.ln_1`);
    linear(`h.${block}.attn.c_attn`, width, 3 * width, 0.8);
    linear(`h.${block}.attn.c_proj`, width, width, 0.3);
    norm(`h.${block}.ln_2`);
    linear(`h.${block}.mlp.c_fc`, width, 4 * width, 0.4);
    linear(`h.${block}.mlp.c_proj`, 4 * width, width, 0.2);
  }
  norm('ln_f');
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors(tensors));
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) await cp(join(embedded, file), join(folder, file));
  return folder;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time: what a busy machine takes from it does not count. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds that the tasks of pages' main threads took while `work` ran, longest first. */
async function tasksDuring(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .flatMap(({ pid, tid, tdur }) => (tdur !== undefined && main.has(`${pid} ${tid}`) ? [tdur / 1000] : []))
    .sort((a, b) => b - a);
}

test('Attention flow of 128 tokens and 12 blocks: progress, cancel, and no blocked frame', async ({
  page,
  browser,
}) => {
  test.setTimeout(300_000);
  const folder = await deepModel();
  const mirror = await hubMirror(folder, { id, revision: 'main' });
  try {
    const words = Array.from({ length: 127 }, (_, at) => ['people', 'in', 'iverton', 'speak'][at % 4]).join('+');
    await page.goto(`/${reference}&model=${id}&hub=${mirror.base}&prompt=${words}`);
    const dialog = page.getByRole('dialog', { name: 'A model from the hub' });
    await dialog.getByRole('button', { name: 'Look up', exact: true }).click();
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();

    const panel = page.getByRole('region', { name: 'Attention flow' });
    const share = async () =>
      Number(/attention flow (\d+) %/.exec((await panel.textContent()) ?? '')?.[1] ?? Number.NaN);
    await expect.poll(share, { timeout: 120_000, intervals: [20] }).toBeGreaterThan(0);
    const first = await share();
    await expect.poll(share, { intervals: [20] }).toBeGreaterThan(first);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(panel).toContainText('Cancelled', { timeout: 2000 });
    await ready(page);

    const tasks = await tasksDuring(browser, page, async () => {
      await panel.getByRole('button', { name: 'Compute' }).click();
      await expect.poll(share, { timeout: 60_000, intervals: [100] }).toBeGreaterThan(50);
    });
    console.log(`measured: ${tasks.length} tasks, the longest ${tasks.slice(0, 5).join(', ')} ms`);
    expect(tasks.length, 'tasks seen').toBeGreaterThan(10);
    expect(tasks[0], 'longest task of the main thread').toBeLessThanOrEqual(longestTask);
    await expect(grid(page, 'Attention flow')).toHaveAttribute('aria-rowcount', /^12[78]$/, { timeout: 120_000 });
    await ready(page);
  } finally {
    await mirror.close();
    await rm(folder, { recursive: true });
  }
});
