// How the next token is chosen from its logits: the most likely one, or one drawn with a seed. The draw at a place depends on seed and place alone, so
// that step by step, all at once, and after a step back, the same text comes. Pure.

import type { Sampling } from '../../engine/protocol';
import { UserError } from '../../tensor/errors';
import { seededRandom } from '../../tensor/random';

/** UserError 'bad-request' with a sentence for what makes no sense. */
export function checkSampling({ temperature, topK, topP, seed }: Sampling): void {
  const refuse = (sentence: string) => {
    throw new UserError('bad-request', sentence);
  };
  if (!(temperature >= 0 && temperature <= 10))
    refuse('The temperature is a number from 0 (the most likely token) to 10.');
  if (topK !== null && !(Number.isInteger(topK) && topK >= 1)) refuse('Top k is a whole number from 1, or none.');
  if (!(topP > 0 && topP <= 1)) refuse('Top p is a number above 0, up to 1.');
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 1_000_000))
    refuse('The seed is a whole number from 0 to 1000000.');
}

/**
 * The chosen token. Drawn from softmax(logits / temperature), cut to the k most likely tokens, and of these to the fewest that together have
 * probability p. Ties go to the smaller id; temperature 0: the most likely token.
 */
export function chooseToken(
  logits: ArrayLike<number>,
  { temperature, topK, topP, seed }: Sampling,
  place: number,
): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  if (temperature === 0) return best;
  const peak = logits[best]!;
  const weight = (id: number) => Math.exp((logits[id]! - peak) / temperature);
  const ids = Array.from({ length: logits.length }, (_, id) => id);
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  const likely = topK === null ? ids : ids.slice(0, topK);
  const total = likely.reduce((sum, id) => sum + weight(id), 0);
  let kept = 0;
  let mass = 0;
  while (kept < likely.length && (kept === 0 || mass < topP * total)) mass += weight(likely[kept++]!);
  let left = draw(seed, place) * mass;
  for (let at = 0; at < kept; at++) {
    left -= weight(likely[at]!);
    if (left < 0) return likely[at]!;
  }
  return likely[kept - 1]!;
}

/** Uniform in [0, 1): the first number of a generator seeded with both. */
function draw(seed: number, place: number): number {
  return seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b))();
}
