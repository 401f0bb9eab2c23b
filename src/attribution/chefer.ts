// Chefer's generic relevance (Chefer, Gur, Wolf 2021, ICCV), for self-attention:  R ← R + Ā R from R = I on, block by block,
//   Ā = mean_h max(0, ∂F/∂A_h ⊙ A_h)      with the true gradient of the explained number
// explained: the row of the token where F stands. All matrices [output token, input token].
// What this is not: a decomposition. What lowers F is cut off before it can cancel anything, values and feed-forward layers count through the gradient
// alone, and rows add up to nothing.

/** Ā of one block. `pattern` and `gradient` are [head, query, key]. */
export function positiveGradientAttention(
  pattern: ArrayLike<number>,
  gradient: ArrayLike<number>,
  heads: number,
): Float64Array {
  const out = new Float64Array(pattern.length / heads);
  for (let at = 0; at < pattern.length; at++) {
    out[at % out.length]! += Math.max(0, gradient[at]! * pattern[at]!) / heads;
  }
  return out;
}

/** R after all blocks, from their Ā, first block first. */
export function cheferRelevance(blocks: readonly Float64Array[], length: number): Float64Array {
  let relevance = Float64Array.from({ length: length * length }, (_, at) => Number(at % (length + 1) === 0));
  for (const block of blocks) {
    const next = Float64Array.from(relevance);
    for (let i = 0; i < length; i++) {
      for (let k = 0; k < length; k++) {
        const weight = block[i * length + k]!;
        for (let j = 0; weight !== 0 && j < length; j++) next[i * length + j]! += weight * relevance[k * length + j]!;
      }
    }
    relevance = next;
  }
  return relevance;
}
