// The logit lens (nostalgebraist 2020): the residual stream after every number of blocks, read as if it were the last one, through the final norm
// (its scale computed anew) and the head. A reading of intermediate states, not what the model computes with them.

import { headPath } from '../../program/path';
import { pushCost } from '../../program/planner';
import { UserError } from '../../tensor/errors';
import { rowsAtOnce } from '../budget';
import type { Plan } from '../protocol';
import { logitRows, logSumExp, topOf } from './logits';
import { checkpointOf, passRequest, planOf, type Question } from './question';

export interface Lens {
  /** [layer, token, rank]: classes, the most likely first. */
  readonly tops: Int32Array;
  readonly logits: Float64Array; // [layer, token, rank]
  readonly probabilities: Float64Array; // [layer, token, rank]
  /** [layer, token]: of the class that the whole model puts first at the token. */
  readonly ofFinal: Float64Array;
  readonly plan: Plan;
}

/** Classes kept a place. */
export const lensRanks = 3;

/** UserError 'bad-request' for tokens outside the prompt, and where the model has no head or reads one class for all tokens. */
export async function logitLens(question: Question, first: number, count: number): Promise<Lens> {
  const { session, run } = question;
  const { program } = session;
  const { blocks, classes } = program;
  headPath(program);
  if (program.reads !== null) {
    throw new UserError(
      'bad-request',
      'A classifier reads one answer from its input: its layers have no lens at every token.',
    );
  }
  const { tokens } = run.trace;
  if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 1 && first + count <= tokens)) {
    throw new UserError(
      'bad-request',
      `There are no ${count} tokens from ${first} on: the prompt has ${tokens}, 0 to ${tokens - 1}.`,
    );
  }
  const plan = await lensPlan(question, count);
  const checkpoint = checkpointOf(question, 'logit lens', plan);
  const size = (blocks + 1) * count;
  const tops = new Int32Array(size * lensRanks);
  const logits = new Float64Array(size * lensRanks);
  const probabilities = new Float64Array(size * lensRanks);
  const ofFinal = new Float64Array(size);
  const final = new Int32Array(count);
  const step = rowsAtOnce(classes);
  for (let layer = blocks; layer >= 0; layer--) {
    for (let at = 0; at < count; at += step) {
      const rows = Math.min(step, count - at);
      const values = await logitRows(question, layer, first + at, rows);
      for (let row = 0; row < rows; row++) {
        const one = capped(values.subarray(row * classes, (row + 1) * classes), program.logitSoftCap);
        const total = logSumExp(one);
        const place = layer * count + at + row;
        const best = topOf(one, lensRanks);
        if (layer === blocks) final[at + row] = best[0]!;
        for (const [rank, id] of best.entries()) {
          tops[place * lensRanks + rank] = id;
          logits[place * lensRanks + rank] = one[id]!;
          probabilities[place * lensRanks + rank] = Math.exp(one[id]! - total);
        }
        ofFinal[place] = Math.exp(one[final[at + row]!]! - total);
      }
      await checkpoint((plan.flops * rows) / size);
    }
  }
  return { tops, logits, probabilities, ofFinal, plan };
}

function capped(logits: Float64Array, cap: number | null): Float64Array {
  return cap === null ? logits : logits.map((logit) => cap * Math.tanh(logit / cap));
}

/** The head of every layer at `count` tokens. */
async function lensPlan(question: Question, count: number): Promise<Plan> {
  const { program } = question.session;
  const { blocks } = program;
  const request = passRequest(question, question.run.frozenPath([blocks, blocks], 'logits'), 'half');
  const one = await pushCost(request, request.tokens - 1, 1);
  const times = (blocks + 1) * count;
  const work = one.work.map((each) => ({ ...each, dispatches: each.dispatches * times }));
  const pass = { ...one, flops: one.flops * times, work, streamed: one.streamed * (blocks + 1) };
  return planOf(question, [pass], `${count} tokens read after ${blocks + 1} layers`);
}
