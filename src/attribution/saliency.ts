// Saliency (Simonyan et al. 2014, here for embeddings): how steeply the explained number changes with each token's embedding.
//   s_j = ‖∂F/∂x_j‖₂
// What this is not: a contribution. It has no sign, adds up to nothing, and a token that has saturated what it does scores 0.

/** `row`: ∂F/∂x, [source, channel]. */
export function saliency(row: ArrayLike<number>, channels: number): Float64Array {
  const squares = new Float64Array(row.length / channels);
  for (let at = 0; at < row.length; at++) squares[Math.floor(at / channels)]! += row[at]! ** 2;
  return squares.map(Math.sqrt);
}
