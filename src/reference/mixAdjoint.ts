// out[j, s, (g, c)] = Σ_{h of group g} Σ_i pattern[h, i, j] · cotangents[i, s, (h, c)], the adjoint of `mix`.
// Causal: cotangents up to token e reach no key after e.

import { kvHeadOf, type MixSize, type Span } from './sizes';

/** Keys that the result of `mixAdjoint` covers. */
export function mixAdjointSpan(cotangents: Span, { length, causal }: MixSize): Span {
  return { firstToken: 0, tokens: causal ? cotangents.firstToken + cotangents.tokens : length };
}

export function mixAdjoint(
  pattern: Float64Array, // [head, query, key]
  cotangents: Float64Array, // [query of span, column, (head, dHead)]
  span: Span,
  columns: number,
  size: MixSize,
): Float64Array {
  const { heads, kvHeads, dHead, length, queries = length, causal } = size;
  const keys = mixAdjointSpan(span, size);
  const out = new Float64Array(keys.tokens * columns * kvHeads * dHead); // [key, column, (kvHead, dHead)]
  for (let j = 0; j < keys.tokens; j++) {
    for (let i = causal ? Math.max(j, span.firstToken) : span.firstToken; i < span.firstToken + span.tokens; i++) {
      for (let h = 0; h < heads; h++) {
        const weight = pattern[(h * queries + i) * length + j]!;
        const kvHead = kvHeadOf(h, size);
        for (let s = 0; s < columns; s++) {
          const from = (((i - span.firstToken) * columns + s) * heads + h) * dHead;
          const to = ((j * columns + s) * kvHeads + kvHead) * dHead;
          for (let c = 0; c < dHead; c++) out[to + c]! += weight * cotangents[from + c]!;
        }
      }
    }
  }
  return out;
}
