// The row of a target: signed contribution of every source to a logit direction, by one pull. Σ sources + bias = the explained number.

import { conservationError } from '../../attribution/conservation';
import { pullCost, thenRead } from '../../program/planner';
import { pull } from '../../program/readings';
import type { Plan, Scope } from '../protocol';
import { planBias } from './bias';
import { biasShares, cotangentsOf, type Explained } from './explained';
import { checkpointOf, contextOf, passRequest, planOf, type Question, readAndFree } from './question';

export interface Row {
  readonly contributions: Float64Array; // [source], 0 after the target's token in a decoder
  readonly bias: number;
  readonly total: number;
  readonly conservation: number;
  readonly plan: Plan;
}

export async function rowOf(question: Question, scope: Scope, explained: Explained): Promise<Row> {
  const { session, run } = question;
  const { backend } = session;
  const frozenPath = run.frozenPath(scope.range, 'logits');
  const plan = await planRow(question, scope, explained);
  const start = cotangentsOf(question, [explained]);
  const checkpoint = checkpointOf(question, 'row', plan);
  const x = run.trace.hidden[scope.range[0]]!;
  let values: Float32Array | Float64Array;
  let first: number;
  try {
    const g = await pull(contextOf(question, scope.gateRule), frozenPath.path, frozenPath.frozenOf, start, checkpoint);
    const dots = backend.dot(g, x);
    backend.free(g.data);
    first = g.firstToken;
    values = (await readAndFree(backend, [dots]))[0]!;
  } finally {
    backend.free(start.data);
  }
  const contributions = new Float64Array(run.trace.tokens);
  contributions.set(values, first);
  const [bias] = await biasShares(question, scope, [explained]);
  const total = explained.direction.conserves;
  const conservation = conservationError(contributions, {
    bias: Float64Array.of(bias!),
    total: Float64Array.of(total),
  });
  return { contributions, bias: bias!, total, conservation, plan };
}

/** The pull, and the biases where no earlier question has pushed them. */
export async function planRow(question: Question, scope: Scope, { token }: Pick<Explained, 'token'>): Promise<Plan> {
  const { session, run } = question;
  const { tokens } = run.trace;
  const request = passRequest(question, run.frozenPath(scope.range, 'logits'), scope.gateRule);
  const pulled = thenRead(await pullCost(request, token, 1, 1), request, tokens * session.program.dModel, tokens);
  const beside = await planBias(question, scope, 'output');
  return planOf(question, [pulled], 'one cotangent pulled through the range', beside);
}
