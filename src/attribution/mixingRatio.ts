// Mixing ratio (docs/formulas.md 5, after Kobayashi et al. 2021): how much of a token after attention comes from the other tokens.
//   r_i = ‖Σ_{j≠i} t_ij‖ / (‖Σ_{j≠i} t_ij‖ + ‖t_ii‖)
// Lengths, not shares of a sum: the two parts may point against each other.

import type { VectorNorms } from './attentionVectors';

/** [token], 0 … 1; 0 where both parts vanish. */
export function mixingRatio({ mixed, kept }: Pick<VectorNorms, 'mixed' | 'kept'>): Float64Array {
  return mixed.map((others, i) => (others === 0 ? 0 : others / (others + kept[i]!)));
}
