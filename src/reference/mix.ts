// out[i, s, (h, c)] = Σ_j pattern[h, i, j] · values[j, s, (g(h), c)], the value path of attention under a frozen pattern.
// Causal: key j reaches no query before it, so values from token f on give a result from token f on.

import { kvHeadOf, type MixSize, type Span } from './sizes';

/** Queries that the result of `mix` covers. */
export function mixSpan(values: Span, { length, queries = length, causal }: MixSize): Span {
  const firstToken = causal ? values.firstToken : 0;
  return { firstToken, tokens: queries - firstToken };
}

export function mix(
  pattern: Float64Array, // [head, query, key]
  values: Float64Array, // [key of span, column, (kvHead, dHead)]
  span: Span,
  columns: number,
  size: MixSize,
): Float64Array {
  const { heads, kvHeads, dHead, length, queries = length, causal } = size;
  const { firstToken, tokens } = mixSpan(span, size);
  const out = new Float64Array(tokens * columns * heads * dHead); // [query, column, (head, dHead)]
  const keysEnd = span.firstToken + span.tokens;
  for (let i = firstToken; i < queries; i++) {
    const end = causal ? Math.min(i + 1, keysEnd) : keysEnd;
    for (let j = span.firstToken; j < end; j++) {
      for (let h = 0; h < heads; h++) {
        const weight = pattern[(h * queries + i) * length + j]!;
        const kvHead = kvHeadOf(h, size);
        for (let s = 0; s < columns; s++) {
          const to = (((i - firstToken) * columns + s) * heads + h) * dHead;
          const from = (((j - span.firstToken) * columns + s) * kvHeads + kvHead) * dHead;
          for (let c = 0; c < dHead; c++) out[to + c]! += weight * values[from + c]!;
        }
      }
    }
  }
  return out;
}
