// The row of a target: signed contribution of every source to a logit direction, by one pull. Σ sources + bias = the explained number.

import { conservationError } from '../../attribution/conservation';
import { leftOver } from '../../attribution/gradientTimesInput';
import { thenRead } from '../../program/planner';
import type { OperatorScope, Plan } from '../protocol';
import { backwardOf } from './backward';
import { planBias } from './bias';
import { biasShares, cotangentsOf, type Explained } from './explained';
import { checkpointOf, planOf, type Question, readAndFree } from './question';

export interface Row {
  readonly contributions: Float64Array; // [source], 0 after the target's token in a decoder
  /** Of T what the biases bring; of another operator what its tokens leave over: biases, and whatever its rule absorbs. */
  readonly bias: number;
  readonly total: number;
  readonly conservation: number;
  readonly plan: Plan;
}

export async function rowOf(question: Question, scope: OperatorScope, explained: Explained): Promise<Row> {
  const { session, run } = question;
  const { backend } = session;
  const plan = await planRow(question, scope, explained);
  const start = cotangentsOf(question, [explained]);
  const checkpoint = checkpointOf(question, 'row', plan);
  const x = run.trace.hidden[scope.range[0]]!;
  let values: Float32Array | Float64Array;
  let first: number;
  try {
    const g = await backwardTo(question, scope).pull(start, checkpoint);
    const dots = backend.dot(g, x);
    backend.free(g.data);
    first = g.firstToken;
    values = (await readAndFree(backend, [dots]))[0]!;
  } finally {
    backend.free(start.data);
  }
  const contributions = new Float64Array(run.trace.tokens);
  contributions.set(values, first);
  const total = explained.direction.conserves;
  const bias = isTensor(scope) ? (await biasShares(question, scope, [explained]))[0]! : leftOver(contributions, total);
  const conservation = conservationError(contributions, {
    bias: Float64Array.of(bias),
    total: Float64Array.of(total),
  });
  return { contributions, bias, total, conservation, plan };
}

/** The pull, and the biases where no earlier question has pushed them. */
export async function planRow(
  question: Question,
  scope: OperatorScope,
  { token }: Pick<Explained, 'token'>,
): Promise<Plan> {
  const { session, run } = question;
  const { tokens } = run.trace;
  const cost = await backwardTo(question, scope).cost(token, 1, 1);
  const pulled = thenRead(cost, session.backend, tokens * session.program.dModel, tokens);
  const beside = isTensor(scope) ? await planBias(question, scope, 'output') : [];
  return planOf(question, [pulled], 'one cotangent pulled through the range', beside);
}

const isTensor = ({ operator = 'tensor' }: OperatorScope) => operator === 'tensor';

const backwardTo = (question: Question, { range, operator = 'tensor', gateRule }: OperatorScope) =>
  backwardOf(question, range, 'logits', operator, gateRule);
