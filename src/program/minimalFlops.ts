// The least FLOPs in which the contributions of all sources can be had by any of the orders that this program knows: what a measured pass is held
// against (bench/contributions.ts). A count, not a price: it knows no chunks, no tiles and no memory.

import { flopsPerRow, operatorsCost, segmentsOf } from './merged';
import type { PassRequest } from './planner';
import { sourcesCost } from './sources';

/**
 * FLOPs (a multiply-add counts two) from x to Z[i, j] at the end of the path. With P pairs (output token i, source j), P = L (L + 1) / 2 where j ≤ i is all
 * that is not zero (causal), else L²; C(op) FLOPs of an op on one row; H heads:
 *
 *   before the first mix     L · C(op)                     a source is one row, at its own token
 *   from there to the first  L (H + 1) · C(op)             Z_ij = Σ_h A_h[i, j] u_jh + δ_ij o_j: the u_jh and o_j alone are multiplied (by W_O, and
 *   op with coefficients       or P · C(op), whichever       by W_1 of the first feed-forward layer), then 2 H · width · P to write the sum out
 *   of each token's own        is less
 *   behind it                P · C(op), of a mix 2 D_heads · Σ_j Σ_{i ≥ j} (i − j + 1), not causal 2 D_heads · L³
 *   a run of ops on each     at most making M_i for all tokens + 2 · in · out · P
 *   token alone
 *
 * The first three are what the reading itself does with one source at a time, so they are counted by running it without numbers.
 */
export async function minimalFlops(request: PassRequest): Promise<number> {
  const { program, path, tokens } = request;
  let flops = 0;
  for (let source = 0; source < tokens; source++) flops += (await sourcesCost(request, source, 1)).flops;
  const pairs = program.causal ? (tokens * (tokens + 1)) / 2 : tokens ** 2;
  for (const segment of segmentsOf(path, program.dModel).filter(({ afterMix }) => afterMix)) {
    const perRow = flopsPerRow(segment);
    if (perRow.plain <= perRow.merged) continue;
    const making = await operatorsCost(request, segment, tokens);
    flops -= Math.max(0, pairs * (perRow.plain - perRow.merged) - making.flops);
  }
  return flops;
}
