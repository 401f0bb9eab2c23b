// The `push` reading in which no bias is left over: what an op adds to a token is shared out at once among the columns that are there, so that they
// go on summing to the true value (DecompX). Attention adds b_V W_O + b_O in one piece, after the residual sum; every other op where it stands.

import { valueAtZero } from './activations';
import type { Backend, DeviceArray, ShareMeasure, Signal } from './backend';
import { createLiveSignals } from './liveSignals';
import type { ReadingContext } from './op';
import { type LinearisedOp, readingsOf } from './ops';
import { type Path, readerCounts } from './path';
import type { ValueName } from './program';
import type { Checkpoint, FrozenOf } from './readings';
import type { AttentionSublayer } from './sublayers';
import { weightPass } from './weightStream';

/** In proportion to |b · z|, to ‖z‖, or equally over the columns that are not 0. */
export type BiasMeasure = 'absDot' | 'norm' | 'equal';

const measures: Record<BiasMeasure, ShareMeasure> = { absDot: 'size', norm: 'root', equal: 'presence' };

/**
 * Contributions at `path.from` → contributions at `path.to`, biases in. `start` must hold every source, all tokens of it: shares are of the whole.
 * `start` stays the caller's, the result is the caller's to free.
 */
export async function pushShared(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
  measure: BiasMeasure,
  attention: readonly AttentionSublayer[],
  checkpoint: Checkpoint,
): Promise<Signal> {
  const { backend } = context;
  const live = createLiveSignals(backend);
  const uses = readerCounts(path);
  const values = new Map<ValueName, Signal>([[path.from, start]]);
  /** What the biases of an attention sublayer have come to so far, one column. */
  const pending = new Map<ValueName, Signal>();
  const sums = new Set(attention.map(({ sum }) => sum.output));
  const inside = insideAttention(path.ops, attention);
  const single = (name: ValueName): Signal => {
    const { firstToken, tokens, channels } = values.get(name)!;
    const data = backend.zeros([tokens, 1, channels], 'no input');
    return live.adopt({ firstToken, tokens, columns: 1, channels, data });
  };
  const weights = weightPass(context, path.ops);
  try {
    for (const [at, op] of path.ops.entries()) {
      const readings = readingsOf(op);
      const names = readings.linearInputs(op);
      const own = inside.has(op.output) || hasBias(op);
      const zeros = own ? names.map((name) => pending.get(name) ?? single(name)) : [];
      const [pushed, bias] = await weights.use(at, () => {
        const frozen = frozenOf(op.output);
        const inputs = names.map((name) => values.get(name)!);
        const image = live.adopt(readings.push(context, op, frozen, inputs, false));
        return [image, own ? live.adopt(readings.push(context, op, frozen, zeros, true)) : null];
      });
      for (const zero of zeros) live.release(zero);
      let result = pushed!;
      if (inside.has(op.output)) pending.set(op.output, bias!);
      else {
        const added = op.kind === 'add' && sums.has(op.output) ? (pending.get(op.right) ?? null) : bias;
        if (added) {
          result = live.adopt(shared(backend, pushed!, added, measure));
          live.release(pushed!);
          live.release(added);
        }
      }
      values.set(op.output, result);
      for (const name of names) {
        uses.set(name, uses.get(name)! - 1);
        if (uses.get(name) === 0 && name !== path.from) live.release(values.get(name)!);
      }
      await checkpoint(readings.linearCost(op, result.tokens, result.columns).flops);
    }
    return values.get(path.to)!;
  } catch (error) {
    live.releaseAll();
    throw error;
  } finally {
    weights.end();
  }
}

function shared(backend: Backend, z: Signal, bias: Signal, measure: BiasMeasure): Signal {
  const measured: DeviceArray = measure === 'absDot' ? backend.dot(z, bias) : backend.sumSquares(z);
  const out = backend.shareVector(z, bias, measured, measures[measure]);
  backend.free(measured);
  return out;
}

function hasBias(op: LinearisedOp): boolean {
  if (op.kind === 'activate' || op.kind === 'gate') return valueAtZero[op.activation] !== 0;
  return 'bias' in op && op.bias !== null;
}

/** Outputs of the ops from the values to what attention adds. */
function insideAttention(
  ops: readonly LinearisedOp[],
  attention: readonly AttentionSublayer[],
): ReadonlySet<ValueName> {
  const producers = new Map(ops.map((op) => [op.output, op]));
  const inside = new Set<ValueName>();
  for (const { sum, mix } of attention) {
    for (let name = sum.right; ; ) {
      const op = producers.get(name);
      if (!op) break;
      inside.add(name);
      if (name === mix.value) break;
      name = readingsOf(op).linearInputs(op)[0]!;
    }
  }
  return inside;
}
