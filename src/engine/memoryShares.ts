// How a memory budget is shared out: the run with its frozen coefficients takes what it takes, a pass of contributions or cotangents half of what
// then is left beside the largest op's weights, and the weights have the rest. Where the coefficients of all blocks are too much, or leave so little to
// the weights that reading these again costs more than making coefficients anew, one block's at a time are kept. Refuses, with the numbers, budgets
// in which nothing can run.

import { describeBytes } from '../models/files';
import type { Backend } from '../program/backend';
import type { Keeping } from '../program/blockCoefficients';
import { type DeviceRates, overlapped, secondsOf } from '../program/costModel';
import { rangePath } from '../program/path';
import { pullCost, pushCost, type RestoreCost, type RunCost, runCost } from '../program/planner';
import { logitRowsOf, type Program } from '../program/program';
import { type WeightNeeds, weightNeeds } from '../program/weightNeeds';
import { UserError } from '../tensor/errors';
import { passBudget, rowsAtOnce } from './budget';
import { longestThat } from './longest';

export interface MemoryShares {
  readonly weights: number;
  /** Of one pass beside what a run of the model takes; a pass of one column always runs. */
  readonly pass: number;
  /** What becomes of the blocks' coefficients, and what it costs a pass to enter a block. */
  readonly keeping: Keeping;
  readonly restored: RestoreCost | null;
}

/** How fast things are, as far as it is known. */
export interface KnownSpeeds {
  readonly rates: DeviceRates | null;
  /** Of reading weights. */
  readonly secondsPerByte: number;
}

/** Where nothing tells them apart, the first that fits. */
export const allKeepings: readonly Keeping[] = ['kept', 'recomputed', 'spilled'];

/** What has not been measured is decided by memory alone. */
const unknownSpeeds: KnownSpeeds = { rates: null, secondsPerByte: 0 };

interface Choice extends MemoryShares {
  /** Of one pass of one column: what telling the choices apart needs. */
  readonly seconds: number;
}

/** UserError 'over-budget' when the budget does not hold the largest op's weights and a run of `tokens` tokens. */
export async function memoryShares(
  program: Program,
  backend: Backend,
  budget: number,
  tokens: number,
  speeds: KnownSpeeds = unknownSpeeds,
  keepings: readonly Keeping[] = allKeepings,
): Promise<MemoryShares> {
  const needs = weightNeeds(program, backend);
  const fixed = needs.pinned + needs.largestOp;
  const choices: Choice[] = [];
  for (const keeping of keepings) {
    const { cost, bytes } = await runNeeds(program, backend, tokens, keeping);
    if (!(budget >= fixed + bytes)) continue;
    const pass = Math.min(passBudget(backend), Math.floor((budget - fixed - bytes) / 2));
    const weights = Math.min(needs.total, budget - bytes - pass);
    const read = (needs.total - weights) * speeds.secondsPerByte;
    const restoring =
      cost.restored && speeds.rates ? program.blocks * secondsOf(cost.restored.work, 0, speeds.rates) : 0;
    choices.push({ weights, pass, keeping, restored: cost.restored, seconds: overlapped(restoring, read) });
  }
  const [first, ...others] = choices;
  if (first) return others.reduce((best, one) => (one.seconds < clearly * best.seconds ? one : best), first);
  throw await tooSmall(program, backend, budget, needs, tokens, keepings);
}

/** Estimates are not better than that. */
const clearly = 0.8;

/** What a run takes at its most: while it runs, or afterwards while a pass of one column goes through it. */
async function runNeeds(
  program: Program,
  backend: Backend,
  tokens: number,
  keeping: Keeping,
): Promise<{ readonly cost: RunCost; readonly bytes: number }> {
  const { bytesPerNumber } = backend;
  const cost = await runCost(program, tokens, bytesPerNumber, { keeping });
  const path = rangePath(program, 0, program.blocks, 'output');
  const request = { program, path, tokens, gateShares: { up: 0.5, gate: 0.5 }, bytesPerNumber };
  const onePass = Math.max(
    (await pushCost(request, 0, 1)).peakBytes,
    (await pullCost(request, 0, tokens, 1)).peakBytes,
  );
  const during = cost.traceBytes + (cost.restored?.peakBytes ?? 0) + onePass;
  return { cost, bytes: Math.max(cost.peakBytes, during) + logitBytes(program, backend, tokens) };
}

function logitBytes(program: Program, backend: Backend, tokens: number): number {
  const rows = Math.min(logitRowsOf(program, tokens), rowsAtOnce(program.classes));
  return rows * program.classes * backend.bytesPerNumber;
}

async function tooSmall(
  program: Program,
  backend: Backend,
  budget: number,
  { pinned, largestOp }: WeightNeeds,
  tokens: number,
  keepings: readonly Keeping[],
): Promise<UserError> {
  const leastRun = async (length: number) => {
    const needs = await Promise.all(keepings.map((keeping) => runNeeds(program, backend, length, keeping)));
    return Math.min(...needs.map(({ bytes }) => bytes));
  };
  const run = await leastRun(tokens);
  const least = pinned + largestOp + run;
  const parts = `${describeBytes(pinned + largestOp)} for the largest layer's weights and what always stays, ${describeBytes(run)} for a run of ${tokens} token${tokens === 1 ? '' : 's'}`;
  const fits = async (length: number) => budget >= pinned + largestOp + (await leastRun(length));
  const fitting = program.image || tokens === 1 ? 0 : await longestThat(fits, tokens);
  const shorter = `shorten the prompt: up to ${fitting} token${fitting === 1 ? '' : 's'} fit`;
  const remedy = `Allow more memory, or ${fitting > 0 ? shorter : 'choose a smaller model'}.`;
  return new UserError(
    'over-budget',
    `The memory that is set, ${describeBytes(budget)}, is too little: this needs at least ${describeBytes(least)} (${parts}). ${remedy}`,
  );
}
