// GlobEnc (docs/formulas.md 5, after Modarressi et al. 2022): ‖N₂(N₁(v_ij))‖ of every block, multiplied through the blocks as it is: no row sums, no
// identity. The second norm has the true scale, with the FFN's output in it; otherwise the FFN is left out. Post-norm blocks only.

import type { VectorNorms } from './attentionVectors';
import { chain } from './chain';

/** Up to every block; null: a block has no norms on its residual path. */
export function globenc(blocks: readonly VectorNorms[], length: number): Float64Array[] | null {
  const norms = blocks.map(({ normedTwice }) => normedTwice);
  return norms.every((one) => one !== null) ? chain(norms, length) : null;
}
