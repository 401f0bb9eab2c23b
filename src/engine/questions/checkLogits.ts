// The run's logits against the float64 reference: the same program and weights, computed on the CPU by other code.

import type { LoadedModel } from '../../models/load';
import { logitRowsOf, parameterCount } from '../../program/program';
import { relativeError } from '../../tensor/compare';
import { UserError } from '../../tensor/errors';
import { nextTask } from '../../tensor/nextTask';
import { createReferenceBackend } from '../backends/reference';
import { rowsAtOnce } from '../budget';
import type { LogitCheck } from '../protocol';
import { createSession, type Session } from '../session';
import { modelLogits } from './logits';
import { checkpointOf, type Question } from './question';

/** Above this many FLOPs the reference would take longer than a reader waits (it makes 0.5 to 1 GFLOP/s). */
const affordable = 4e9;

export async function checkLogits(question: Question, model: LoadedModel): Promise<LogitCheck> {
  const { program, weights } = model;
  const { session, run } = question;
  if (session.backend.kind === 'reference')
    return { error: null, note: 'These results are the float64 reference itself.' };
  const flops = 2 * parameterCount(program) * run.trace.tokens;
  if (flops > affordable) {
    return {
      error: null,
      note: `Not checked: the float64 reference would need ${(flops / 1e9).toFixed(0)} GFLOP on the CPU.`,
    };
  }
  const checkpoint = checkpointOf(question, 'reference logits', null);
  let reference: Session;
  try {
    reference = await createSession(program, weights, createReferenceBackend(), { checkpoint: () => checkpoint(0) });
  } catch (error) {
    // The weights were let go of, and cannot be read again as they were.
    if (!(error instanceof UserError) || error.code === 'cancelled') throw error;
    return { error: null, note: `Not checked: ${error.message}` };
  } finally {
    weights.release();
  }
  try {
    const referenceRun = await reference.run(run.input, async (cost) => {
      await checkpoint(cost);
      await nextTask();
    });
    const other = { ...question, session: reference, run: referenceRun };
    const rows = logitRowsOf(program, run.trace.tokens);
    const stored = session.rounding.weight === null ? '' : ' with the weights as they were before rounding';
    if (rows === 0) {
      const read = ({ session: { backend }, run: { trace } }: Question) => backend.read(trace.output.data);
      return {
        error: relativeError(await read(question), await read(other)),
        note: `The model has no head, so this is its output vectors against the float64 reference${stored}, all tokens.`,
      };
    }
    const classes = program.reads === null ? 'all tokens and the whole vocabulary' : 'all classes';
    const error = await logitError(question, other, rows);
    return { error, note: `Against the float64 reference${stored}, ${classes}.` };
  } finally {
    reference.dispose();
  }
}

/** max|actual − expected| / max|expected| over `rows` rows of logits, some at a time; Infinity for a value that is not finite. */
async function logitError(actual: Question, expected: Question, rows: number): Promise<number> {
  const { program } = actual.session;
  const step = rowsAtOnce(program.classes);
  let worst = 0;
  let largest = 0;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const found = await modelLogits(actual, first, count);
    const wanted = await modelLogits(expected, first, count);
    for (let at = 0; at < wanted.length; at++) {
      const difference = Math.abs(found[at]! - wanted[at]!);
      if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
      worst = Math.max(worst, difference);
      largest = Math.max(largest, Math.abs(wanted[at]!));
    }
  }
  return worst === 0 ? 0 : worst / largest;
}
