// The explained number and its gradient where x0 is not what the embedding gave: scaled along a path, moved, a row left out. Each is a run of its own
// from x0 on, with everything computed anew; nothing of it stays.

import { type GradientPoint, gradient } from '../../program/gradient';
import { gradientCost } from '../../program/gradientCost';
import { gradientPath } from '../../program/gradientPath';
import { jacobian } from '../../program/gradientRule';
import { headPath } from '../../program/path';
import type { PassCost } from '../../program/planner';

import { type Checkpoint, push } from '../../program/readings';
import { type DerivedTrace, runFrom } from '../../program/runFrom';
import { runFromCost } from '../../program/runFromCost';
import { cotangentsOf, type Explained } from './explained';
import { tokensBehind } from './logits';
import { contextOf, freeing, type Question, readAndFree } from './question';

export interface DerivedRun {
  /** c · logits at the target. */
  value(): Promise<number>;
  /** Its gradient, nothing frozen: [source, dModel]. */
  row(): Promise<Float64Array>;
}

/** `x0`: [token, dModel]. */
export async function derivedRun<T>(
  question: Question,
  x0: ArrayLike<number>,
  explained: Explained,
  checkpoint: Checkpoint,
  use: (run: DerivedRun) => Promise<T>,
): Promise<T> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens, tables } = run.trace;
  const data = backend.upload(x0, [tokens, 1, program.dModel], 'x0');
  const start = { firstToken: 0, tokens, columns: 1, channels: program.dModel, data };
  return freeing(backend, start, async () => {
    const trace = await runFrom(contextOf(question, 'half'), program, start, tables, checkpoint);
    try {
      return await use({
        value: () => valueAt(question, trace, explained),
        row: () => rowAt(question, trace, explained, checkpoint),
      });
    } finally {
      trace.dispose();
    }
  });
}

/** Cost of one derived run, and of one with its gradient. */
export async function derivedCosts(
  { session, run }: Question,
  { token }: Explained,
): Promise<{ readonly value: PassCost; readonly row: PassCost }> {
  const { program, backend } = session;
  const { tokens } = run.trace;
  const { bytesPerNumber } = backend;
  const streamed = session.streaming?.bytesOf;
  const value = { ...(await runFromCost(program, tokens, bytesPerNumber)), streamed: streamed?.(program.ops) ?? 0 };
  const path = gradientPath(program, 0, program.blocks, 'logits', jacobian);
  const back = await gradientCost(
    { program, path, tokens, bytesPerNumber, ...(streamed && { streamed }) },
    token,
    1,
    1,
  );
  return {
    value,
    row: {
      ...value,
      flops: value.flops + back.flops,
      peakBytes: value.peakBytes + back.peakBytes,
      streamed: value.streamed + back.streamed,
      work: [...value.work, ...back.work],
    },
  };
}

const frozenOf = (trace: DerivedTrace) => (name: string) => trace.frozen.get(name) ?? {};

async function valueAt(question: Question, trace: DerivedTrace, { token, direction }: Explained): Promise<number> {
  const { backend, program } = question.session;
  const { dModel } = program;
  const outputs = await backend.read(trace.output.data);
  const [firstToken, tokens] = tokensBehind(question, token, 1);
  const rows = outputs.subarray(firstToken * dModel, (firstToken + tokens) * dModel);
  const data = backend.upload(rows, [tokens, 1, dModel], 'row to read out');
  const start = { firstToken, tokens, columns: 1, channels: dModel, data };
  const logits = await freeing(backend, start, () =>
    push(contextOf(question, 'half'), headPath(program), frozenOf(trace), start, true, () => {}),
  );
  const [values] = await readAndFree(backend, [logits.data]);
  let value = 0;
  for (const [at, weight] of direction.cotangent.entries()) value += weight * values![at]!;
  return value;
}

async function rowAt(
  question: Question,
  trace: DerivedTrace,
  explained: Explained,
  checkpoint: Checkpoint,
): Promise<Float64Array> {
  const { session, run } = question;
  const { backend, program } = session;
  const path = gradientPath(program, 0, program.blocks, 'logits', jacobian);
  const point: GradientPoint = {
    frozenOf: frozenOf(trace),
    known(name) {
      if (name === program.output) return trace.output;
      const at = program.hidden.indexOf(name);
      return at < 0 ? undefined : trace.hidden[at];
    },
    table: (name) => run.trace.tables.get(name)!,
  };
  const start = cotangentsOf(question, [explained]);
  const g = await freeing(backend, start, () => gradient(contextOf(question, 'half'), path, point, start, checkpoint));
  const values = new Float64Array(run.trace.tokens * program.dModel);
  const [read] = await readAndFree(backend, [g.data]);
  values.set(read!, g.firstToken * program.dModel);
  return values;
}
