// `npm run -s analyze`: one prompt, one model, the requested results in one safetensors file. Users' scripts depend on its options and names
// (README, Headless). Exit code 0 only when everything that was asked for is written; errors go to stderr in one line.

import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PromptRequest, RunSummary } from '../engine/protocol';
import { writeSafetensors } from '../models/safetensors';
import { UserError } from '../tensor/errors';
import type { AnalysisEngine } from './analysisEngine';
import { type Collected, collect } from './collect';
import { describe } from './metadata';
import { modelAddress } from './modelPlace';
import { createNodeEngine } from './nodeEngine';
import { type AnalyzeOptions, type PromptWish, readOptions } from './options';
import { readPicture, readPixels } from './pixels';
import { usage } from './usage';

/** Returns the exit code. `createEngine` is replaced by tests. */
export async function main(argv: readonly string[], createEngine?: () => AnalysisEngine): Promise<number> {
  try {
    const options = readOptions(argv);
    console.log(options === 'help' ? usage : await analyze(options, createEngine));
    return 0;
  } catch (error) {
    console.error(`analyze: ${oneLine(error)}`);
    return 1;
  }
}

/** Writes the file and says what is in it. Throws what went wrong; then there is no file. */
export async function analyze(
  options: AnalyzeOptions,
  createEngine: () => AnalysisEngine = () => createNodeEngine(),
): Promise<string> {
  const started = performance.now();
  const out = resolve(options.out);
  await checkWritable(out);
  const address = modelAddress(options);
  const engine = createEngine();
  try {
    const model = await engine.open({
      model: address,
      device: options.device,
      weights: options.weights,
      memoryBudget: options.memoryBudget,
    });
    const input = await inputOf(options.prompt);
    const run: RunSummary = await engine.run(input);
    const collected: Collected = await collect(engine, model, run, options, engine.pixels());
    const rounded = model.weights?.storage === 'f16';
    const logits = rounded ? await engine.checkLogits(null) : null;
    const seconds = (performance.now() - started) / 1000;
    const metadata = { tensorscope: JSON.stringify(describe(model, run, options, collected, logits, seconds)) };
    await writeWhole(out, writeSafetensors(collected.tensors, metadata));
    return `${collected.tensors.size} tensors in ${options.out} (${model.title}, ${run.tokens.length} tokens, ${model.device.name}, ${seconds.toFixed(1)} s)`;
  } finally {
    engine.dispose();
  }
}

async function inputOf(prompt: PromptWish): Promise<PromptRequest> {
  if ('image' in prompt) return { picture: await readPicture(prompt.image) };
  return 'pixels' in prompt ? { pixels: await readPixels(prompt.pixels) } : prompt;
}

/** Before anything is computed: a result that cannot be stored is not worth the wait. */
async function checkWritable(out: string): Promise<void> {
  const folder = await stat(dirname(out)).catch(() => null);
  if (!folder?.isDirectory()) throw new UserError('not-found', `There is no folder ${dirname(out)} to write into.`);
  const present = await stat(out).catch(() => null);
  if (present?.isDirectory()) throw new UserError('bad-request', `${out} is a folder: --out names a file.`);
}

/** The file appears whole or not at all. */
async function writeWhole(out: string, bytes: Uint8Array): Promise<void> {
  const partial = `${out}.partial-${process.pid}`;
  try {
    await writeFile(partial, bytes);
    await rename(partial, out);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new UserError('bad-request', `${out} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

/** A user's error is its sentence; any other also names itself, so that it can be reported. */
function oneLine(error: unknown): string {
  const text = error instanceof UserError ? error.message : `unexpected ${String(error)}`;
  return text.replace(/\s+/g, ' ').trim();
}
