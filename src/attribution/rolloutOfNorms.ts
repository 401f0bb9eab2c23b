// Rollouts of vector norms (docs/formulas.md 5).
//   of Attn-N         Â_l = (N_l / row sum + I) / 2, N_l = ‖Σ_h A_h f_h(x_j)‖; attention by what it moves, half of it for the residual path
//   value-weighted    M_l = N_l / row sum, N_l = AttnResLn-N of post-norm blocks, AttnRes-N of the others; the residual path is in N_l already
// Both multiply lengths of vectors: what cancels in the model adds up here.

import type { VectorNorms } from './attentionVectors';
import { chain, withRowSumOne } from './chain';

/** Up to every block. */
export function rolloutOfAttention(blocks: readonly VectorNorms[], length: number): Float64Array[] {
  const withHalf = ({ attention }: VectorNorms) => {
    const out = withRowSumOne(attention, length);
    for (let k = 0; k < out.length; k++) out[k] = (out[k]! + (k % (length + 1) === 0 ? 1 : 0)) / 2;
    return out;
  };
  return chain(blocks.map(withHalf), length);
}

/** Up to every block. */
export function valueWeightedRollout(blocks: readonly VectorNorms[], length: number): Float64Array[] {
  return chain(
    blocks.map(({ normed, residual }) => withRowSumOne(normed ?? residual, length)),
    length,
  );
}
