// The linear readings along a path of a traced program: `push` carries contributions forward, `pull` carries cotangents back. Both encode on
// the backend step by step (which ops go together: fuse.ts) and free what nobody reads any more.

import type { Epilogue, Signal } from './backend';
import { createCotangents } from './cotangents';
import { pullSteps, pushSteps, type Step, stepReaders } from './fuse';
import { createLiveSignals } from './liveSignals';
import type { Frozen, ReadingContext } from './op';
import { type LinearisedOp, readingsOf } from './ops';
import type { Path } from './path';
import type { ValueName } from './program';
import { weightPass } from './weightStream';

/** Called after every step with its FLOPs: the place to stop, to report progress, and to let the device catch up. */
export type Checkpoint = (flops: number) => Promise<void> | void;

export type FrozenOf = (output: ValueName) => Frozen;

/** What to do with the finished cotangent of a value on the way, before it is freed. */
export type Taps = ReadonlyMap<ValueName, (cotangent: Signal) => void>;

function epilogueOf({ multiply }: Step, frozenOf: FrozenOf, added: Signal | null): Epilogue {
  if (!multiply) return { multiply, added };
  const { of, coefficients, factor } = multiply;
  return { multiply: { coefficients: frozenOf(of)[coefficients]!, factor }, added };
}

function flopsOf(ops: readonly LinearisedOp[], x: Signal): number {
  return ops.reduce((sum, op) => sum + linearFlops(op, x), 0);
}

/** FLOPs of an op whose result covers the rows of x. */
export function linearFlops(op: LinearisedOp, { tokens, columns, staggered }: Signal): number {
  const ofColumns = (length: number, count: number) => readingsOf(op).linearCost(op, length, count).flops;
  if (!staggered) return ofColumns(tokens, columns);
  let flops = 0;
  for (let column = 0; column < columns; column++) flops += ofColumns(tokens - column, 1);
  return flops;
}

/**
 * Contributions at `path.from` → contributions at `path.to`. `bias`: every op adds its bias to every column (the bias pass starts from one
 * zero column). `start` stays the caller's, the result is the caller's to free.
 */
export async function push(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
  bias: boolean,
  checkpoint: Checkpoint,
): Promise<Signal> {
  const live = createLiveSignals(context.backend);
  const steps = pushSteps(path, context.gateShares);
  const uses = stepReaders(steps, [path.to]);
  const values = new Map<ValueName, Signal>([[path.from, start]]);
  const signalOf = (name: ValueName | null) => (name === null ? null : values.get(name)!);
  const weights = weightPass(
    context,
    steps.map(({ op }) => op),
  );
  try {
    for (const [at, step] of steps.entries()) {
      const { op, added, output } = step;
      const inputs = step.inputs.map(signalOf);
      // The epilogue's coefficients are those of a block that is on the device when the step is.
      const result = live.adopt(
        await weights.use(at, () => {
          const epilogue = epilogueOf(step, frozenOf, signalOf(added));
          return readingsOf(op).push(context, op, frozenOf(op.output), inputs, bias, epilogue);
        }),
      );
      values.set(output, result);
      for (const name of [...step.inputs, added]) {
        if (name === null) continue;
        uses.set(name, uses.get(name)! - 1);
        if (uses.get(name) === 0 && name !== path.from) live.release(values.get(name)!);
      }
      await checkpoint(flopsOf(step.ops, result));
    }
    return values.get(path.to)!;
  } catch (error) {
    live.releaseAll();
    throw error;
  } finally {
    weights.end();
  }
}

/**
 * Cotangents of `path.to` → cotangents of `path.from`: rows of the operator. `taps` see cotangents on the way (of the residual stream
 * between blocks, say). `start` stays the caller's, the result is the caller's to free.
 */
export async function pull(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
  checkpoint: Checkpoint,
  taps: Taps = new Map(),
): Promise<Signal> {
  const { backend } = context;
  const live = createLiveSignals(backend);
  const cotangents = createCotangents(backend, live, path.to, start);
  const steps = pullSteps(path, context.gateShares, new Set(taps.keys()));
  const weights = weightPass(
    context,
    steps.map(({ op }) => op),
  );
  try {
    for (const [at, step] of steps.entries()) {
      const { op, added, output } = step;
      const cotangent = cotangents.of(output);
      taps.get(output)?.(cotangent);
      const sofar = added === null ? null : cotangents.of(added);
      // The epilogue's coefficients are those of a block that is on the device when the step is.
      const pulled = await weights.use(at, () =>
        readingsOf(op).pull(context, op, frozenOf(op.output), cotangent, epilogueOf(step, frozenOf, sofar)),
      );
      cotangents.pass(output, step.inputs, pulled, added);
      await checkpoint(flopsOf(step.ops, cotangent));
    }
    return cotangents.of(path.from);
  } catch (error) {
    live.releaseAll();
    throw error;
  } finally {
    weights.end();
  }
}
