// The run's logits against the float64 reference: the same program and weights, computed on the CPU by other code.

import type { LoadedModel } from '../../models/load';
import { relativeError } from '../../tensor/compare';
import { nextTask } from '../../tensor/nextTask';
import { createReferenceBackend } from '../backends/reference';
import type { LogitCheck } from '../protocol';
import { createSession } from '../session';
import { modelLogits } from './logits';
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
    const onReference = { ...question, session: reference, run: referenceRun };
    const expected = await modelLogits(onReference, 0, run.trace.tokens);
    const actual = await modelLogits(question, 0, run.trace.tokens);
    return {
      error: relativeError(actual, expected),
      note: 'Against the float64 reference, all tokens and the whole vocabulary.',
    };
  } finally {
    reference.dispose();
  }
}
