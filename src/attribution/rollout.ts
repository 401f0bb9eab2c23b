// Attention rollout (docs/formulas.md 4, after Abnar and Zuidema 2020): attention with the residual connection, multiplied through the blocks.
//   Â_l = (mean_h A_l + I) / row sum        R_l = Â_l R_(l−1),  R_1 = Â_1  (the later block on the left)
// It looks at attention alone: no values, no feed-forward layers, no cancellation. All matrices [output token, input token].

import { chain } from './chain';

/** Â of one block. `pattern` is [head, query, key]; entries that are exactly 0 off the diagonal stay exactly 0. */
export function withResidual(pattern: ArrayLike<number>, heads: number, length: number): Float64Array {
  if (pattern.length !== heads * length * length) {
    throw new RangeError(`${pattern.length} numbers are no pattern of ${heads} heads and ${length} tokens`);
  }
  const out = new Float64Array(length * length);
  for (let h = 0; h < heads; h++) {
    for (let k = 0; k < out.length; k++) out[k]! += pattern[h * out.length + k]! / heads;
  }
  for (let i = 0; i < length; i++) {
    const row = i * length;
    out[row + i]! += 1;
    let sum = 0;
    for (let j = 0; j < length; j++) sum += out[row + j]!;
    for (let j = 0; j < length; j++) out[row + j]! /= sum;
  }
  return out;
}

/** Rollout up to every block of a range: entry k is the product of blocks[k] … blocks[0], each Â from `withResidual`, first block first. */
export function rollout(blocks: readonly Float64Array[], length: number): Float64Array[] {
  return chain(blocks, length);
}
