// The linear readings along a path of a traced program: `push` carries contributions forward, `pull` carries cotangents back. Both encode on
// the backend op by op and free what nobody reads any more.

import type { Signal } from './backend';
import { createLiveSignals } from './liveSignals';
import type { Frozen, ReadingContext } from './op';
import { readingsOf } from './ops';
import { type Path, readerCounts } from './path';
import type { ValueName } from './program';
import { weightPass } from './weightStream';

/** Called after every op with its FLOPs: the place to stop, to report progress, and to let the device catch up. */
export type Checkpoint = (flops: number) => Promise<void> | void;

export type FrozenOf = (output: ValueName) => Frozen;

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
  const uses = readerCounts(path);
  const values = new Map<ValueName, Signal>([[path.from, start]]);
  const weights = weightPass(context, path.ops);
  try {
    for (const [at, op] of path.ops.entries()) {
      const readings = readingsOf(op);
      const names = readings.linearInputs(op);
      const inputs = names.map((name) => values.get(name)!);
      const result = live.adopt(
        await weights.use(at, () => readings.push(context, op, frozenOf(op.output), inputs, bias)),
      );
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

/**
 * Cotangents of `path.to` → cotangents of `path.from`: rows of the operator. `onValue` sees the finished cotangent of every value on the way
 * (the residual stream between blocks, say) before it is freed. `start` stays the caller's, the result is the caller's to free.
 */
export async function pull(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
  checkpoint: Checkpoint,
  onValue: (name: ValueName, cotangent: Signal) => void = () => {},
): Promise<Signal> {
  const { backend } = context;
  const live = createLiveSignals(backend);
  const cotangents = new Map<ValueName, Signal>([[path.to, start]]);
  const keep = (signal: Signal) => (signal.data === start.data ? signal : live.adopt(signal));
  const release = (signal: Signal) => signal.data !== start.data && live.release(signal);

  /** Adds one more cotangent of a value; takes over the reference. */
  const accumulate = (name: ValueName, cotangent: Signal) => {
    const sofar = cotangents.get(name);
    if (!sofar) {
      cotangents.set(name, cotangent);
      return;
    }
    cotangents.set(name, live.adopt(backend.add(sofar, cotangent)));
    release(sofar);
    release(cotangent);
  };
  const ops = path.ops.toReversed();
  const weights = weightPass(context, ops);
  try {
    for (const [step, op] of ops.entries()) {
      const readings = readingsOf(op);
      const cotangent = cotangents.get(op.output)!;
      onValue(op.output, cotangent);
      const pulled = await weights.use(step, () => readings.pull(context, op, frozenOf(op.output), cotangent));
      const parts = pulled.map(keep);
      for (const [at, name] of readings.linearInputs(op).entries()) accumulate(name, parts[at]!);
      release(cotangent);
      cotangents.delete(op.output);
      await checkpoint(readings.linearCost(op, cotangent.tokens, cotangent.columns).flops);
    }
    return cotangents.get(path.from)!;
  } catch (error) {
    live.releaseAll();
    throw error;
  } finally {
    weights.end();
  }
}
