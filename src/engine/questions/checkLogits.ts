// The run's logits against the float64 reference: the same program and weights, computed on the CPU by other code.

import type { LoadedModel } from '../../models/load';
import { logitRowsOf } from '../../program/program';
import { relativeError } from '../../tensor/compare';
import { nextTask } from '../../tensor/nextTask';
import { createReferenceBackend } from '../backends/reference';
import type { LogitCheck } from '../protocol';
import { createSession } from '../session';
import { logitRows } from './logits';
import { checkpointOf, type Question } from './question';

/** Above this many FLOPs the reference would take longer than a reader waits (it makes 0.5 to 1 GFLOP/s). */
const affordable = 4e9;

export async function checkLogits(question: Question, { program, weights, info }: LoadedModel): Promise<LogitCheck> {
  const { session, run } = question;
  if (session.backend.kind === 'reference')
    return { error: null, note: 'These results are the float64 reference itself.' };
  const flops = 2 * info.parameters * run.trace.tokens;
  if (flops > affordable) {
    return {
      error: null,
      note: `Not checked: the float64 reference would need ${(flops / 1e9).toFixed(0)} GFLOP on the CPU.`,
    };
  }
  const reference = createSession(program, weights, createReferenceBackend());
  try {
    const checkpoint = checkpointOf(question, 'reference logits', null);
    const referenceRun = await reference.run(run.input, async (cost) => {
      await checkpoint(cost);
      await nextTask();
    });
    const rows = logitRowsOf(program, run.trace.tokens);
    if (rows === 0) {
      const read = ({ session: { backend }, run: { trace } }: Question) => backend.read(trace.output.data);
      const expected = await read({ ...question, session: reference, run: referenceRun });
      return {
        error: relativeError(await read(question), expected),
        note: 'The model has no head, so this is its output vectors against the float64 reference, all tokens.',
      };
    }
    const expected = await logitRows({ ...question, session: reference, run: referenceRun }, program.blocks, 0, rows);
    const actual = await logitRows(question, program.blocks, 0, rows);
    const classes = program.reads === null ? 'all tokens and the whole vocabulary' : 'all classes';
    return { error: relativeError(actual, expected), note: `Against the float64 reference, ${classes}.` };
  } finally {
    reference.dispose();
  }
}
