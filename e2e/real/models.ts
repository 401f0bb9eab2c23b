// The real models and what transformers says of them: where they lie, and how numbers are compared.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toFloat32, toInt32 } from '../../src/models/decode.ts';
import { type FileTensor, readSafetensors } from '../../src/models/safetensors.ts';

const models = process.env.TENSORSCOPE_REAL_MODELS;
if (models === undefined) throw new Error('The models are not there: start these tests with "npm run test:real".');

export const folderOf = (id: string): string => join(models, id, 'resolve', 'main');

export interface DecoderCase {
  readonly prompt: string;
  readonly ids: readonly number[];
  /** Greedy, by transformers. */
  readonly continuation: readonly number[];
  readonly text: string;
}

export interface EncoderCase {
  readonly prompt: string;
  readonly ids: readonly number[];
}

export interface Chat {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly text: string;
  readonly ids: readonly number[];
}

/** e2e/real/results/NAME.{json,safetensors}, written by transformersResults.py. */
export function readResults<Case>(name: string) {
  const file = (ending: string) => readFileSync(join('e2e', 'real', 'results', `${name}.${ending}`));
  const facts = JSON.parse(file('json').toString()) as { cases: Record<string, Case>; chat?: Chat };
  const { tensors } = readSafetensors(file('safetensors'));
  return { ...facts, numbers: (key: string) => numbersOf(tensors, key) };
}

export interface Analysis {
  readonly ids: readonly number[];
  numbers(key: string): Float32Array;
  /** What it says of itself, and how long it took. */
  readonly words: string;
}

/** `npm run -s analyze` with these options. */
export async function analyze(...options: readonly string[]): Promise<Analysis> {
  const folder = mkdtempSync(join(tmpdir(), 'tensorscope-real-'));
  const out = join(folder, 'out.safetensors');
  try {
    const argv = ['scripts/analyze.mjs', ...options, `--out=${out}`];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 800_000 });
    const { tensors } = readSafetensors(readFileSync(out));
    return {
      ids: [...toInt32(tensors.get('input_ids')!, 'input_ids')],
      numbers: (key) => numbersOf(tensors, key),
      words: stdout.trim(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function numbersOf(tensors: ReadonlyMap<string, FileTensor>, key: string): Float32Array {
  const tensor = tensors.get(key);
  if (tensor === undefined) throw new Error(`There is no ${key} among the results.`);
  return toFloat32(tensor, key);
}

export function largestAt(values: Float32Array): number {
  return values.reduce((best, value, at) => (value > values[best]! ? at : best), 0);
}
