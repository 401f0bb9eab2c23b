// The exact slice T[i, :, :, :] [output channel, source, input channel]: one pull of dModel unit vectors. Kept for the last few questions of the
// run, because pairs and other contractions of the same token follow a click on it.

import type { Checkpoint } from '../../program/readings';
import type { FrozenPath } from '../activeRun';
import { refuseOver, resultBudget } from '../budget';
import type { LayerRange, OperatorScope, Plan } from '../protocol';
import { backwardOf, tensorBackward } from './backward';
import {
  checkpointOf,
  checkRange,
  checkToken,
  outputReadOut,
  planOf,
  type Question,
  readAndFree,
  scopeKey,
} from './question';
import { planUnits, pullUnits } from './units';

export interface Slice {
  readonly token: number;
  readonly range: LayerRange;
  readonly tokens: number;
  readonly dModel: number;
  /** [output channel d, source j, input channel e]; exactly 0 for sources after the token in a decoder. */
  readonly data: Float32Array;
  readonly plan: Plan;
}

/** The last slice computed, for the pairs of the same token. */
const cacheKey = 'slice';

export async function sliceOf(question: Question, scope: OperatorScope, token: number): Promise<Slice> {
  checkRange(question, scope.range);
  checkToken(question, token, 'output token');
  const key = `${scopeKey(scope)} ${scope.operator ?? 'tensor'} ${token}`;
  const cached = question.run.notes.get(cacheKey) as { key: string; slice: Slice } | undefined;
  if (cached?.key === key) return cached.slice;
  const slice = await computeSlice(question, scope, token);
  question.run.notes.set(cacheKey, { key, slice });
  return slice;
}

/** Not kept for later questions. `given`: the range's path where the caller has merged some of it, and what a pass then may take. */
export async function computeSlice(
  question: Question,
  scope: OperatorScope,
  token: number,
  shared?: Checkpoint,
  given?: { readonly frozenPath: FrozenPath; readonly budgetBytes: number },
): Promise<Slice> {
  const { session, run } = question;
  const { dModel } = session.program;
  const { tokens } = run.trace;
  refuseOver(
    resultBudget,
    4 * dModel * tokens * dModel,
    `The slice of ${dModel} × ${tokens} × ${dModel} numbers`,
    `Prompts of up to ${Math.floor(resultBudget / (4 * dModel * dModel))} tokens fit; single rows need no slice.`,
  );
  const { range, operator = 'tensor', gateRule } = scope;
  const backward = given
    ? tensorBackward(question, given.frozenPath, gateRule)
    : backwardOf(question, range, outputReadOut(question, range), operator, gateRule);
  const budget = given?.budgetBytes ?? session.passBytes();
  const { costs, firstChannels, width } = await planUnits(question, backward, token, 'whole', budget);
  const plan = planOf(
    question,
    costs,
    `${dModel} cotangents pulled in ${costs.length} pass${costs.length > 1 ? 'es' : ''}`,
  );
  const checkpoint = shared ?? checkpointOf(question, '3-D slice', plan);
  const data = new Float32Array(dModel * tokens * dModel);
  for (const first of firstChannels) {
    const columns = Math.min(width, dModel - first);
    const rows = await pullUnits(question, backward, token, first, columns, checkpoint);
    const [values] = await readAndFree(session.backend, [rows.data]);
    for (let j = 0; j < rows.tokens; j++) {
      for (let c = 0; c < columns; c++) {
        const from = (j * columns + c) * dModel;
        data.set(values!.subarray(from, from + dModel), ((first + c) * tokens + rows.firstToken + j) * dModel);
      }
    }
  }
  return { token, range: scope.range, tokens, dModel, data, plan };
}

/** Σ_e T[i, d, j, e] x[j, e] → [d, j]. */
export function contributionsOf({ data, tokens, dModel }: Slice, x: ArrayLike<number>): Float32Array {
  const out = new Float32Array(dModel * tokens);
  for (let at = 0; at < out.length; at++) {
    const j = at % tokens;
    let sum = 0;
    for (let e = 0; e < dModel; e++) sum += data[at * dModel + e]! * x[j * dModel + e]!;
    out[at] = sum;
  }
  return out;
}

/** Σ_d u[d] T[i, d, j, e] → [j, e]. */
export function readAlong({ data, tokens, dModel }: Slice, direction: ArrayLike<number>): Float32Array {
  const sums = new Float64Array(tokens * dModel);
  for (let d = 0; d < dModel; d++) {
    const offset = d * sums.length;
    const weight = direction[d]!;
    for (let at = 0; at < sums.length; at++) sums[at]! += weight * data[offset + at]!;
  }
  return Float32Array.from(sums);
}

/** ‖T_ij‖_F for every source j. */
export function normsOf({ data, tokens, dModel }: Slice): Float32Array {
  const squares = new Float64Array(tokens);
  for (let at = 0; at < data.length; at++) squares[Math.floor(at / dModel) % tokens]! += data[at]! ** 2;
  return Float32Array.from(squares, Math.sqrt);
}

/** T_ij [output channel d, input channel e]. */
export function pairOf({ data, tokens, dModel }: Slice, source: number): Float32Array {
  const out = new Float32Array(dModel * dModel);
  for (let d = 0; d < dModel; d++) {
    const from = (d * tokens + source) * dModel;
    out.set(data.subarray(from, from + dModel), d * dModel);
  }
  return out;
}
