// The `run` reading from a residual stream on: what the model makes of x0 when x0 is not what the embedding gives (moved, scaled, rows left out). Like a
// run, it keeps the residual stream and everything that is frozen, so that gradients can be taken at it.

import type { Signal } from './backend';
import { createLiveSignals } from './liveSignals';
import type { Frozen, ReadingContext, RunContext } from './op';
import { runReading } from './ops';
import type { Program, ValueName } from './program';
import type { Checkpoint } from './readings';
import type { Trace } from './run';
import { weightPass } from './weightStream';

/** What `runFrom` gives; the tables stay those of the run that it was derived from. */
export type DerivedTrace = Pick<Trace, 'hidden' | 'output' | 'frozen' | 'dispose'>;

/** `x0`: one column over all tokens, which stays the caller's. `tables`: those of a run on as many tokens. */
export async function runFrom(
  reading: ReadingContext,
  program: Program,
  x0: Signal,
  tables: Trace['tables'],
  checkpoint: Checkpoint,
): Promise<DerivedTrace> {
  const live = createLiveSignals(reading.backend);
  const frozen = new Map<ValueName, Frozen>();
  const values = new Map<ValueName, Signal>([[program.hidden[0]!, x0]]);
  // No op past the embedding takes ids, patches or positions.
  const context = {
    ...reading,
    frozen: (name: ValueName) => frozen.get(name)!,
    table: (name: string) => tables.get(name)!,
  } as unknown as RunContext;
  const dispose = () => {
    live.releaseAll();
    for (const array of new Set([...frozen.values()].flatMap((arrays) => Object.values(arrays)))) {
      reading.backend.free(array);
    }
  };
  const ops = program.ops.filter(({ kind, stage }) => kind !== 'unembed' && stage !== 'embedding');
  const weights = weightPass(reading, ops);
  try {
    const inputsOf = ops.map((op) => runReading(op).inputs(op));
    const kept = new Set<ValueName>([...program.hidden, program.output]);
    for (const [at, op] of ops.entries()) {
      const inputs = inputsOf[at]!.map((name) => values.get(name)!);
      const result = await weights.use(at, () => runReading(op).run(context, op, inputs));
      frozen.set(op.output, result.frozen);
      if (result.value) values.set(op.output, live.adopt(result.value));
      for (const name of new Set([...inputsOf[at]!, op.output])) {
        const value = values.get(name);
        if (!value || kept.has(name) || inputsOf.some((later, step) => step > at && later.includes(name))) continue;
        live.release(value);
        values.delete(name);
      }
      await checkpoint(runReading(op).runCost(op, x0.tokens).flops);
    }
  } catch (error) {
    dispose();
    throw error;
  } finally {
    weights.end();
  }
  const hidden = program.hidden.map((name) => values.get(name)!);
  return { hidden, output: values.get(program.output)!, frozen, dispose };
}
