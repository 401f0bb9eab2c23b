// The golden fixtures through the command line: which options give which key, and how far each result is from the float64 value.
// Keys of later issues are listed, not compared.

import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeviceChoice } from '../engine/protocol';
import { toFloat32, toInt32 } from '../models/decode';
import { type FileTensor, readSafetensors } from '../models/safetensors';
import { relativeError } from '../tensor/compare';
import type { AnalysisEngine } from './analysisEngine';
import { analyze } from './analyze';
import { type AnalyzeOptions, blockNormKeys, decompxKeys, mapKeys, normChainKeys, readOptions } from './options';

/** Not results of `analyze`: the true Jacobian and norm-weighted attention belong to a later issue; the others are inside in_class(_all). */
export const notCompared = ['J_last', 'attn_norm', 'class_cotangent', 'class_all', 'logits_raw'];

const fixtures = resolve(fileURLToPath(import.meta.url), '../../../fixtures/tiny');

/** Folders of `fixtures/tiny` that hold a model. */
export const goldenModels: readonly string[] = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

type Tensors = ReadonlyMap<string, FileTensor>;

interface Golden {
  /** null: an image, which lies among the tensors. */
  readonly input_ids: readonly number[] | null;
  readonly shape: { readonly L: number; readonly layers: number };
  readonly range: { readonly blocks: readonly [number, number] };
  /** The token that in_class explains. */
  readonly class: { readonly positions: readonly [number] };
}

/**
 * Golden key → max|a − b| / max|b| (missing results: Infinity), for every key that is compared. `createEngine`: for engines that share a device;
 * left out: each opens its own.
 */
export async function goldenErrors(
  name: string,
  device: DeviceChoice,
  createEngine?: () => AnalysisEngine,
): Promise<Map<string, number>> {
  const folder = join(fixtures, name);
  const goldens = readSafetensors(await readFile(join(folder, 'golden.safetensors'))).tensors;
  const golden: Golden = JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8'));
  const every = Array.from({ length: golden.shape.L }, (_, token) => `--slice=${token}`);
  const input = golden.input_ids ? `--ids=${golden.input_ids}` : `--pixels=${join(folder, 'golden.safetensors')}`;
  const elsewhere: readonly string[] = [...blockNormKeys, ...normChainKeys, ...decompxKeys, 'mixing_ratio']; // compared with baselines.safetensors by the engine's tests
  const maps = mapKeys.filter((key) => !elsewhere.includes(key) && (key !== 'in_class_all' || goldens.has(key)));
  const last = every.slice(-1);
  const run = (...more: string[]) =>
    results([`--model=${folder}`, input, '--direction=logit', `--device=${device}`, ...more], createEngine);

  const found = new Map<string, Float32Array>();
  const whole = await run(
    '--gate-rule=up',
    `--maps=${maps}`,
    `--target=${golden.class.positions[0]}`,
    '--hidden',
    '--logits',
    ...every,
  );
  for (const [key, tensor] of whole) found.set(key.replace('attention', 'attn'), numbers(tensor, key));
  found.set('T', joined(whole, every.length));

  const part = await run('--gate-rule=up', `--layers=${golden.range.blocks.join(':')}`, ...every);
  found.set('T_range', joined(part, every.length));
  found.set('B_range', numbers(part.get('B')!, 'B'));

  for (const rule of ['gate', 'half'].filter((name) => goldens.has(`B_${name}`))) {
    const ruled = await run(`--gate-rule=${rule}`, '--maps=in,in_out,norm', ...last);
    for (const key of ['in', 'in_out', 'norm', 'B']) found.set(`${key}_${rule}`, numbers(ruled.get(key)!, key));
    found.set(`T_${rule}_last`, numbers(ruled.get(`slice.${every.length - 1}`)!, 'slice'));
  }
  const beyond = endsBeforeFinalNorm(goldens, golden) ? ['T_range', 'B_range'] : [];
  const left = [...notCompared, ...beyond];
  const compared = [...goldens].filter(([key]) => !left.includes(key.replace(/\.\d+$/, '')));
  return new Map(compared.map(([key, tensor]) => [key, relativeError(found.get(key) ?? [], numbers(tensor, key))]));
}

/** The golden range ends after the last block and before the final norm; a range of `analyze` that ends there has the norm in it. */
function endsBeforeFinalNorm(goldens: Tensors, { range }: Golden): boolean {
  const last = goldens.get(`hidden.${range.blocks[1]}`)!;
  const isLast = !goldens.has(`hidden.${range.blocks[1] + 1}`);
  return isLast && relativeError(numbers(goldens.get('y')!, 'y'), numbers(last, 'hidden')) > 0;
}

/** What one command line writes. */
async function results(argv: readonly string[], createEngine?: () => AnalysisEngine): Promise<Tensors> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorscope-golden-'));
  const out = join(folder, 'out.safetensors');
  try {
    await analyze(readOptions([...argv, `--out=${out}`]) as AnalyzeOptions, createEngine);
    return readSafetensors(await readFile(out)).tensors;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All slices, one after the other: T [output token, channel, source, channel]. */
function joined(tensors: Tensors, tokens: number): Float32Array {
  const slices = Array.from({ length: tokens }, (_, token) => numbers(tensors.get(`slice.${token}`)!, 'slice'));
  const all = new Float32Array(slices.reduce((sum, { length }) => sum + length, 0));
  for (const [token, slice] of slices.entries()) all.set(slice, token * slice.length);
  return all;
}

function numbers(tensor: FileTensor, name: string): Float32Array {
  return tensor.dtype.startsWith('I') ? Float32Array.from(toInt32(tensor, name)) : toFloat32(tensor, name);
}
