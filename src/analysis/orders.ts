// In which order a map has tokens removed. Pure. Equal scores are ordered by a seeded shuffle, never by position: by position, a map that knows
// nothing would be judged as "first tokens first".

import { seededRandom } from '../tensor/random';

/** 0 … count − 1 in a random order that the seed decides. */
export function shuffled(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const order = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

export type End = 'most' | 'least';

/**
 * Tokens of `eligible` by their scores [token of the prompt]: `most` relevant first (MoRF), or `least` (LeRF). Signed scores count with their sign.
 * Ties fall the same way from both ends, so a constant map has MoRF = LeRF. RangeError for a score that is not a number.
 */
export function orderOf(scores: ArrayLike<number>, eligible: readonly number[], end: End, seed: number): number[] {
  const strange = eligible.find((token) => !Number.isFinite(scores[token]));
  if (strange !== undefined) throw new RangeError(`token ${strange} has the score ${scores[strange]}`);
  const sign = end === 'most' ? -1 : 1;
  return shuffled(eligible.length, seed)
    .map((at) => eligible[at]!)
    .sort((a, b) => sign * (scores[a]! - scores[b]!));
}

/** How many of the tokens have a score that another of them has too: their order is the seed's. */
export function tiedTokens(scores: ArrayLike<number>, eligible: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const token of eligible) counts.set(scores[token]!, (counts.get(scores[token]!) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
}

/** Tokens in each bin of a distance-matched order; the last ones may have one more or less. */
export const binSize = 4;

/**
 * The distance-matched order. Eligible tokens, nearest to the answer first, are cut into bins of about `binSize` neighbours, and scores are compared
 * within a bin only. Which bin the next removed token comes from is the same for every map: the bins take turns, each in proportion to its size, so
 * that after any number of removals every map has removed equally many tokens at each distance. What is left between two maps is then not that one of
 * them prefers near tokens.
 */
export function matchedOrder(scores: ArrayLike<number>, eligible: readonly number[], end: End, seed: number): number[] {
  const bins = distanceBins(eligible);
  const queues = bins.map((bin, at) => orderOf(scores, bin, end, seed + at));
  const ranks = shuffled(bins.length, seed);
  const turns = bins.flatMap((bin, at) => bin.map((_, turn) => ({ bin: at, due: (turn + 0.5) / bin.length })));
  turns.sort((a, b) => a.due - b.due || ranks[a.bin]! - ranks[b.bin]!);
  const taken = bins.map(() => 0);
  return turns.map(({ bin }) => {
    const next = queues[bin]![taken[bin]!]!;
    taken[bin]!++;
    return next;
  });
}

/** Neighbours, nearest to the end of the prompt first; sizes differ by at most one. */
export function distanceBins(eligible: readonly number[]): number[][] {
  const near = eligible.toSorted((a, b) => b - a);
  const count = Math.max(1, Math.round(near.length / binSize));
  return Array.from({ length: count }, (_, bin) =>
    near.slice(Math.round((bin * near.length) / count), Math.round(((bin + 1) * near.length) / count)),
  );
}
