// The `gradient` reading: cotangents of a value back to another one, at the input of a run, through whatever a rule lets pass. With the rule of T it is
// `pull`; with nothing frozen its rows are the Jacobian's; in between lie the LRP family and AttnLRP (gradientRule.ts).

import type { Signal } from './backend';
import { createCotangents } from './cotangents';
import { type GradientPath, gradientSteps, valueInputs } from './gradientPath';
import { createLiveSignals } from './liveSignals';
import type { GradientContext, ReadingContext, RunContext } from './op';
import { gradientInputs, gradientOf, isLinearised, readingsOf, runReading } from './ops';
import type { Op, ValueName } from './program';
import type { Checkpoint, FrozenOf } from './readings';
import { weightPass } from './weightStream';

/** The run at whose input the gradient is taken. */
export interface GradientPoint {
  readonly frozenOf: FrozenOf;
  /** Activations that the run has kept: the residual stream, what is read out. One column. */
  known(name: ValueName): Signal | undefined;
  readonly table: RunContext['table'];
}

/**
 * `onValue` sees the finished cotangent of every value on the way, attention patterns included, before it is freed. `start` stays the caller's, the
 * result is the caller's to free.
 */
export async function gradient(
  reading: ReadingContext,
  path: GradientPath,
  point: GradientPoint,
  start: Signal,
  checkpoint: Checkpoint,
  onValue: (name: ValueName, cotangent: Signal) => void = () => {},
): Promise<Signal> {
  const { backend } = reading;
  const { frozenOf, known, table } = point;
  const live = createLiveSignals(backend);
  const again = new Map<ValueName, Signal>(); // values of the stage that is gone through
  const value = (name: ValueName) => known(name) ?? again.get(name)!;
  const context: GradientContext = { ...reading, rule: path.rule, gradients: await backend.gradients(), value, table };
  const cotangents = createCotangents(backend, live, path.to, start);
  const steps = gradientSteps(path, (name) => known(name) !== undefined);
  const weights = weightPass(
    reading,
    steps.map(({ op }) => op),
  );
  try {
    for (const [at, step] of steps.entries()) {
      const { op } = step;
      if (step.kind === 'value') {
        const inputs = valueInputs(op).map(value);
        again.set(op.output, live.adopt(await weights.use(at, () => valueAgain(context, op, point, inputs))));
        await checkpoint(flopsOf(op, inputs[0]!.tokens, 1));
        continue;
      }
      const cotangent = cotangents.of(op.output);
      onValue(op.output, cotangent);
      const parts = await weights.use(at, () => gradientOf(context, op, frozenOf(op.output), cotangent));
      const { tokens, columns } = cotangent;
      cotangents.pass(op.output, gradientInputs(op, path.rule), parts);
      if (step.last) {
        for (const signal of again.values()) live.release(signal);
        again.clear();
      }
      await checkpoint(flopsOf(op, tokens, columns));
    }
    return cotangents.of(path.from);
  } catch (error) {
    live.releaseAll();
    throw error;
  } finally {
    weights.end();
  }
}

/** The op's value once more, from its frozen coefficients where it has any. */
function valueAgain(context: ReadingContext, op: Op, { frozenOf }: GradientPoint, inputs: readonly Signal[]): Signal {
  if (isLinearised(op)) return readingsOf(op).push(context, op, frozenOf(op.output), inputs, true);
  // A norm of queries or keys: it takes no ids, positions or tables, so a reading context is all it uses.
  return runReading(op).run(context as RunContext, op, inputs).value!;
}

/** For progress: exact for linear ops; of a pattern its run, for each column. */
function flopsOf(op: Op, tokens: number, columns: number): number {
  if (isLinearised(op)) return readingsOf(op).linearCost(op, tokens, columns).flops;
  return columns * runReading(op).runCost(op, tokens).flops;
}
