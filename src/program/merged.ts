// Runs of ops that act on each token alone (norm, linear, activate, gate, add, scale: a feed-forward sublayer with its norm and residual), multiplied out
// to one matrix a token, M_i [in, out]. A column then costs 2 · in · out FLOPs instead of 2 · (in + out) · F and more; the matrix itself costs one pass of
// `in` columns. So it pays where a token is crossed by many columns: exact norm maps above all, where every output token carries dModel cotangents.

import type { Signal } from './backend';
import { type Expansion, pushCompact } from './compact';
import type { ReadingContext } from './op';
import { type LinearisedOp, readingsOf } from './ops';
import { channelsOf, type Path } from './path';
import { type PassCost, type PassRequest, passCost } from './planner';
import type { MergedOp, ValueName } from './program';
import type { Checkpoint, FrozenOf } from './readings';

export interface Segment {
  readonly merged: MergedOp;
  /** What it stands for, in program order. */
  readonly ops: readonly LinearisedOp[];
  /** Whether ops of the path after it carry signals from token to token. */
  readonly beforeMix: boolean;
  /** Whether ops of the path before it do. */
  readonly afterMix: boolean;
}

const tokenwise: ReadonlySet<string> = new Set<LinearisedOp['kind']>([
  'norm',
  'linear',
  'activate',
  'gate',
  'add',
  'scale',
]);

/** A matrix must be this many times cheaper than the ops that it replaces: a norm before a linear op is not worth one. */
const clearly = 1.5;

/** FLOPs of one column at one token, op by op, and merged. */
export function flopsPerRow({ merged, ops }: Segment): { readonly plain: number; readonly merged: number } {
  const plain = ops.reduce((sum, op) => sum + readingsOf(op).linearCost(op, 1, 1).flops, 0);
  return { plain, merged: 2 * merged.inputs * merged.outputs };
}

/** The runs of a path that are cheaper as matrices, each as long as it can be; `channels`: of the path's first value. */
export function segmentsOf(path: Path, channels: number): Segment[] {
  const { ops } = path;
  const at = new Map(ops.map((op, index) => [op.output, index]));
  const readers = new Map<ValueName, Set<LinearisedOp>>();
  for (const op of ops)
    for (const name of readingsOf(op).linearInputs(op)) readers.set(name, (readers.get(name) ?? new Set()).add(op));
  const mixes = ops.flatMap((op, index) => (op.kind === 'mix' || op.kind === 'pool' ? [index] : []));
  const taken = new Set<LinearisedOp>();
  const segments: Segment[] = [];

  /** From the last op back, as long as nothing inside is read from outside; the longest with one input. */
  function growFrom(last: LinearisedOp): { readonly inside: Set<LinearisedOp>; readonly input: ValueName } | null {
    const inside = new Set([last]);
    const needed = new Set(readingsOf(last).linearInputs(last));
    let found: { inside: Set<LinearisedOp>; input: ValueName } | null = null;
    for (;;) {
      const latest = [...needed].reduce((a, b) => ((at.get(a) ?? -1) > (at.get(b) ?? -1) ? a : b));
      if (needed.size === 1) found = { inside: new Set(inside), input: latest };
      const op = ops[at.get(latest) ?? -1];
      if (!op || !tokenwise.has(op.kind) || taken.has(op)) return found;
      if (latest === path.to || [...readers.get(latest)!].some((reader) => !inside.has(reader))) return found;
      inside.add(op);
      needed.delete(latest);
      for (const name of readingsOf(op).linearInputs(op)) needed.add(name);
    }
  }

  for (const last of ops.toReversed()) {
    if (taken.has(last) || !tokenwise.has(last.kind)) continue;
    const grown = growFrom(last);
    if (!grown) continue;
    const { input, inside } = grown;
    const before = ops[at.get(input) ?? -1];
    const merged: MergedOp = {
      kind: 'merged',
      output: last.output,
      stage: last.stage,
      input,
      inputs: before ? channelsOf(before) : channels,
      outputs: channelsOf(last),
    };
    const index = at.get(last.output)!;
    const segment: Segment = {
      merged,
      ops: ops.filter((op) => inside.has(op)),
      beforeMix: mixes.some((mix) => mix > index),
      afterMix: mixes.some((mix) => mix < index),
    };
    const flops = flopsPerRow(segment);
    if (flops.plain < clearly * flops.merged) continue;
    for (const op of inside) taken.add(op);
    segments.unshift(segment);
  }
  return segments;
}

/** The path with matrices in the place of the segments' ops. */
export function mergedPath(path: Path, segments: readonly Segment[]): Path {
  const last = new Map(segments.map(({ merged }) => [merged.output, merged]));
  const inside = new Set(segments.flatMap(({ ops }) => ops));
  const ops = path.ops.flatMap((op) => (inside.has(op) ? (last.get(op.output) ?? []) : [op]));
  return { ...path, ops };
}

/** How many tokens at a time a segment's matrices are made for, so that what lies on the way takes at most `bytes`. */
export function tokensAtOnce({ merged, ops }: Segment, tokens: number, bytesPerNumber: number, bytes: number): number {
  const widest = Math.max(...ops.map(channelsOf));
  const perToken = merged.inputs * (2 * widest + 2 * merged.inputs + merged.outputs) * bytesPerNumber;
  return Math.max(1, Math.min(tokens, Math.floor(bytes / perToken)));
}

/** [token, in, out] of all tokens: the images of the unit vectors. `atOnce` tokens at a time. The caller frees it. */
export async function mergedOperators(
  context: ReadingContext,
  { merged, ops }: Segment,
  frozenOf: FrozenOf,
  tokens: number,
  atOnce: number,
  checkpoint: Checkpoint,
): Promise<Signal> {
  const { backend } = context;
  const { inputs, outputs } = merged;
  const path: Path = { from: merged.input, to: merged.output, ops };
  const ofOnes = (shape: readonly number[]) =>
    backend.upload(new Float32Array(shape.reduce((a, b) => a * b)).fill(1), shape, 'ones');
  const ones = ofOnes([tokens]);
  const units = backend.unitVectors(0, inputs, 0, inputs);
  let whole: Signal | null = null;
  try {
    for (let first = 0; first < tokens; first += atOnce) {
      const count = Math.min(atOnce, tokens - first);
      const expansion: Expansion = {
        rows: count * inputs,
        ones,
        apart: () => {
          throw new Error('unit vectors have no tokens of their own');
        },
        shared({ basis, scales }) {
          const everywhere = ofOnes([1, count, 1]);
          const shape = { heads: 1, kvHeads: 1, dHead: basis.channels, causal: false };
          const spread = { ...backend.mix(everywhere, basis, shape), firstToken: first };
          backend.free(everywhere);
          if (!scales) return spread;
          const gain = ofOnes([basis.channels]);
          const scaled = backend.norm(spread, { kind: 'rms', gain, inverseSigma: scales }, null);
          backend.free(gain);
          backend.free(spread.data);
          return scaled;
        },
      };
      const part = await pushCompact(context, path, frozenOf, { shared: units }, expansion, checkpoint);
      if (count === tokens) return part;
      whole ??= {
        firstToken: 0,
        tokens,
        columns: inputs,
        channels: outputs,
        data: backend.zeros([tokens, inputs, outputs], 'merged operators'),
      };
      backend.putTokens(whole, part);
      backend.free(part.data);
    }
    return whole!;
  } catch (error) {
    if (whole) backend.free(whole.data);
    throw error;
  } finally {
    backend.free(ones);
    backend.free(units.data);
  }
}

/** Cost of making a segment's matrices. */
export function operatorsCost(request: PassRequest, segment: Segment, atOnce: number): Promise<PassCost> {
  const { tokens } = request;
  const { merged, ops } = segment;
  return passCost(
    { ...request, path: { from: merged.input, to: merged.output, ops } },
    (context, _path, frozenOf, _start, checkpoint) =>
      mergedOperators(context, segment, frozenOf, tokens, atOnce, checkpoint),
    { firstToken: 0, tokens: 0, columns: 0 },
  );
}
