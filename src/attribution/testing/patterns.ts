// Seeded attention patterns for tests: softmax of random scores, with a sink on the first token as trained models have it.

import { seededRandom } from '../../tensor/random';
import { withResidual } from '../rollout';

export interface RandomPattern {
  readonly seed: number;
  readonly length: number;
  readonly heads: number;
  readonly causal: boolean;
  /** Spread of the scores: 0 is uniform attention, 6 nearly one-hot. */
  readonly sharpness: number;
}

/** [head, query, key]. */
export function randomPattern({ seed, length, heads, causal, sharpness }: RandomPattern): Float64Array {
  const random = seededRandom(seed);
  const out = new Float64Array(heads * length * length);
  for (let row = 0; row < heads * length; row++) {
    const end = causal ? (row % length) + 1 : length;
    const weights = Array.from({ length: end }, (_, j) =>
      Math.exp(sharpness * (2 * random() - 1 + (j === 0 ? 0.5 : 0))),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [j, weight] of weights.entries()) out[row * length + j] = weight / total;
  }
  return out;
}

/** Â of `count` blocks. */
export function randomBlocks(count: number, pattern: RandomPattern): Float64Array[] {
  return Array.from({ length: count }, (_, block) =>
    withResidual(randomPattern({ ...pattern, seed: pattern.seed + 1000 * block }), pattern.heads, pattern.length),
  );
}
