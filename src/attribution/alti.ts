// ALTI (docs/formulas.md 5, after Ferrando et al. 2022): how much closer the vector t_ij brings token i to what attention really gave it.
//   c_ij = max(0, ‖y_i‖₁ − ‖y_i − t_ij‖₁), rows divided by their sums; multiplied through the blocks, no identity added
// The FFN is left out. A row without any positive part goes to its own token.

import type { VectorNorms } from './attentionVectors';
import { chain, withRowSumOne } from './chain';

/** Contributions of one block, rows of sum 1. */
export function altiLayer({ whole, rest }: Pick<VectorNorms, 'whole' | 'rest'>): Float64Array {
  const length = whole.length;
  return withRowSumOne(
    rest.map((apart, k) => Math.max(0, whole[Math.floor(k / length)]! - apart)),
    length,
  );
}

/** Up to every block. */
export function alti(blocks: readonly VectorNorms[], length: number): Float64Array[] {
  return chain(blocks.map(altiLayer), length);
}
