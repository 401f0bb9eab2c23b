// What a run holds, as plain arrays: for files and for tests.

import { mixingRatio } from '../../attribution/mixingRatio';
import { logitRowsOf } from '../../program/program';
import type { LayerRange, OperatorName, Scope, Target } from '../protocol';
import { vectorNorms } from './attentionVectors';
import { biasOf } from './bias';
import { explain } from './explained';
import { modelLogits } from './logits';
import { operatorRow } from './operatorRow';
import { checkRange, outputReadOut, type Question } from './question';

/** Residual stream before block `block`; after the last for block = blocks. [token, dModel] */
export function hiddenOf({ session, run }: Question, block: number): Promise<ArrayLike<number>> {
  return session.backend.read(run.trace.hidden[block]!.data);
}

/** Logits of all tokens, [token, vocab]; of a classifier [class]. */
export function logitsOf(question: Question): Promise<ArrayLike<number>> {
  return modelLogits(question, 0, logitRowsOf(question.session.program, question.run.trace.tokens));
}

/** What a scope maps to (y, or the residual stream where the range ends early) and its bias B, both [token, dModel]. */
export async function outputOf(
  question: Question,
  scope: Scope,
): Promise<{ readonly y: ArrayLike<number>; readonly bias: ArrayLike<number> }> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const readOut = outputReadOut(question, scope.range);
  const y = readOut === 'output' ? run.trace.output : run.trace.hidden[scope.range[1]]!;
  return { y: await session.backend.read(y.data), bias: await biasOf(question, scope, readOut) };
}

/** Mixing ratio of every block of the range, [token] each. */
export async function mixingRatiosOf(question: Question, range: LayerRange): Promise<readonly ArrayLike<number>[]> {
  return (await vectorNorms(question, range)).norms.map(mixingRatio);
}

/** Oᵀ c for a target, [source, channel]: the row of T, of the Jacobian, or of what lies between. */
export async function operatorRowOf(
  question: Question,
  target: Target,
  operator: OperatorName,
  scope: Scope,
  word: (id: number) => string,
): Promise<ArrayLike<number>> {
  checkRange(question, scope.range);
  const explained = await explain(question, target, scope.range[1], word);
  return (await operatorRow(question, scope, operator, explained)).values;
}
