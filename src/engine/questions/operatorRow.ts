// The row of an operator for a target: Oᵀ c at every source, [source, channel], where O is T or one of its relatives (backward.ts). What maps of rows,
// Gradient × Input and saliency are collapsed from. One cotangent, one pass.

import type { OperatorName, Plan, Scope } from '../protocol';
import { backwardOf } from './backward';
import { cotangentsOf, type Explained } from './explained';
import { checkpointOf, freeing, planOf, type Question, readAndFree } from './question';

export interface OperatorRow {
  /** Exactly 0 after the target's token in a decoder. */
  readonly values: Float64Array; // [source, dModel]
  readonly plan: Plan;
}

export async function operatorRow(
  question: Question,
  { range, gateRule }: Scope,
  operator: OperatorName,
  explained: Explained,
): Promise<OperatorRow> {
  const { session, run } = question;
  const { backend, program } = session;
  const backward = backwardOf(question, range, 'logits', operator, gateRule);
  const cost = await backward.cost(explained.token, 1, 1);
  const plan = planOf(question, [cost], 'one cotangent taken back through the range');
  const start = cotangentsOf(question, [explained]);
  const g = await freeing(backend, start, () => backward.pull(start, checkpointOf(question, 'row', plan)));
  const values = new Float64Array(run.trace.tokens * program.dModel);
  const [read] = await readAndFree(backend, [g.data]);
  values.set(read!, g.firstToken * program.dModel);
  return { values, plan };
}

/** Σ_e values[j, e] x[j, e] at every source: what each brings to the target along the row. `x`: where the range starts. */
export function dotsWith(values: ArrayLike<number>, x: ArrayLike<number>, channels: number): Float64Array {
  const out = new Float64Array(values.length / channels);
  for (let at = 0; at < values.length; at++) out[Math.floor(at / channels)]! += values[at]! * x[at]!;
  return out;
}
