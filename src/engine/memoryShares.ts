// How a memory budget is shared out: the run with its frozen coefficients takes what it takes, a pass of contributions or cotangents half of what
// then is left beside the largest op's weights, and the weights have the rest. Refuses, with the numbers, budgets in which nothing can run.

import { describeBytes } from '../models/files';
import type { Backend } from '../program/backend';
import { runBytes } from '../program/planner';
import { logitRowsOf, type Program } from '../program/program';
import { type WeightNeeds, weightNeeds } from '../program/weightNeeds';
import { UserError } from '../tensor/errors';
import { passBudget, rowsAtOnce } from './budget';

export interface MemoryShares {
  readonly weights: number;
  /** Of one pass beside what a run of the model takes; a pass of one column always runs. */
  readonly pass: number;
}

/** UserError 'over-budget' when the budget does not hold the largest op's weights and a run of `tokens` tokens. */
export async function memoryShares(
  program: Program,
  backend: Backend,
  budget: number,
  tokens: number,
): Promise<MemoryShares> {
  const needs = weightNeeds(program, backend);
  const run = (await runBytes(program, tokens, backend.bytesPerNumber)) + logitBytes(program, backend, tokens);
  const least = needs.pinned + needs.largestOp + run;
  if (!(budget >= least)) throw tooSmall(budget, needs, run, tokens);
  const pass = Math.min(passBudget(backend), Math.floor((budget - least) / 2));
  return { weights: Math.min(needs.total, budget - run - pass), pass };
}

function logitBytes(program: Program, backend: Backend, tokens: number): number {
  const rows = Math.min(logitRowsOf(program, tokens), rowsAtOnce(program.classes));
  return rows * program.classes * backend.bytesPerNumber;
}

function tooSmall(budget: number, { pinned, largestOp }: WeightNeeds, run: number, tokens: number): UserError {
  const least = pinned + largestOp + run;
  const parts = `${describeBytes(pinned + largestOp)} for the largest layer's weights and what always stays, ${describeBytes(run)} for a run of ${tokens} token${tokens === 1 ? '' : 's'}`;
  const remedy =
    tokens > 1 ? 'Allow more memory, or shorten the prompt.' : 'Allow more memory, or choose a smaller model.';
  return new UserError(
    'over-budget',
    `The memory that is set, ${describeBytes(budget)}, is too little: this needs at least ${describeBytes(least)} (${parts}). ${remedy}`,
  );
}
