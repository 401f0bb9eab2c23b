// Gradient × Input: the row of an operator, multiplied by what stands at each token.
//   r_j = g_j · x_j         g = ∂F/∂x with nothing frozen (Gradient × Input; Shrikumar et al. 2017)
//                           g with attention patterns and 1/σ frozen: LRP(AH+LN), conservative propagation (Ali et al. 2022)
//                           g by the rules of AttnLRP (Achtibat et al. 2024): 1/σ and φ(z)/z frozen, products of attention split in halves
//                           g = Tᵀ c: a row of the tensor
// What this is not: a decomposition of F, unless the operator is homogeneous along the input, as T with its bias share is. What is left over,
// F − Σ_j r_j, is therefore always told.

/** [source]; `row` and `x`: [source, channel]. */
export function gradientTimesInput(row: ArrayLike<number>, x: ArrayLike<number>, channels: number): Float64Array {
  const out = new Float64Array(row.length / channels);
  for (let at = 0; at < row.length; at++) out[Math.floor(at / channels)]! += row[at]! * x[at]!;
  return out;
}

/** F − Σ_j r_j. */
export function leftOver(relevance: ArrayLike<number>, total: number): number {
  let sum = 0;
  for (let j = 0; j < relevance.length; j++) sum += relevance[j]!;
  return total - sum;
}
