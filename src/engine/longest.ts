// What does not fit is refused before anything is allocated, with the numbers and the next smaller thing that does: the longest prompt of the model
// on this device, found by pricing shorter ones.

import type { Backend } from '../program/backend';
import { runCost } from '../program/planner';
import type { Program } from '../program/program';
import { UserError } from '../tensor/errors';
import { megabytes, resultBudget } from './budget';

/** Kernels count numbers with 32 bits. */
const mostNumbers = 2 ** 32;

/** UserError 'over-budget' when a run of so many tokens needs an array that the device does not take, or that cannot be counted through. */
export async function refuseRun(
  program: Program,
  { maxArrayBytes, bytesPerNumber }: Pick<Backend, 'maxArrayBytes' | 'bytesPerNumber'>,
  tokens: number,
): Promise<void> {
  const limit = Math.min(maxArrayBytes, mostNumbers * bytesPerNumber);
  const largest = async (length: number) => (await runCost(program, length, bytesPerNumber)).largestBytes;
  const needed = await largest(tokens);
  if (needed <= limit) return;
  const fitting = program.image ? 0 : await longestThat(async (length) => (await largest(length)) <= limit, tokens);
  const remedy =
    fitting === 0
      ? 'Choose a smaller model, or another device.'
      : `A prompt of up to ${fitting} token${fitting === 1 ? '' : 's'} fits.`;
  throw new UserError(
    'over-budget',
    `A run of ${tokens} tokens needs an array of ${megabytes(needed)}, and the limit on this device is ${megabytes(limit)}. ${remedy}`,
  );
}

/** The most tokens below `tokens` that pass; 0: none. What passes at a length passes at every shorter one. */
export async function longestThat(fits: (tokens: number) => Promise<boolean>, tokens: number): Promise<number> {
  let [passing, failing] = [0, tokens];
  while (failing - passing > 1) {
    const middle = Math.floor((passing + failing) / 2);
    if (await fits(middle)) passing = middle;
    else failing = middle;
  }
  return passing;
}

/** UserError 'over-budget' when a map over all pairs of tokens is more than is sent to the page at once. */
export function refuseMap(tokens: number): void {
  const bytes = 4 * tokens * tokens;
  if (bytes <= resultBudget) return;
  const fitting = Math.floor(Math.sqrt(resultBudget / 4));
  throw new UserError(
    'over-budget',
    `A map of ${tokens} × ${tokens} tokens needs ${megabytes(bytes)}, the limit is ${megabytes(resultBudget)}. Rows of single tokens need no map; maps fit prompts of up to ${fitting} tokens.`,
  );
}
