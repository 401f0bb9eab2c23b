// Contributions before any op: column s holds row firstSource + s of x at that token, and zero at every other.

import type { Span } from './sizes';

/** Tokens that the result covers: a causal model moves source s to no token before s. */
export function diagonalSpan(length: number, firstSource: number, causal: boolean): Span {
  return causal ? { firstToken: firstSource, tokens: length - firstSource } : { firstToken: 0, tokens: length };
}

export function diagonal(
  x: Float64Array, // [token, channel], all tokens
  firstSource: number,
  columns: number,
  causal: boolean,
  channels: number,
): Float64Array {
  const span = diagonalSpan(x.length / channels, firstSource, causal);
  const out = new Float64Array(span.tokens * columns * channels); // [token of span, column, channel]
  for (let s = 0; s < columns; s++) {
    const token = firstSource + s;
    const row = ((token - span.firstToken) * columns + s) * channels;
    for (let d = 0; d < channels; d++) out[row + d] = x[token * channels + d]!;
  }
  return out;
}
