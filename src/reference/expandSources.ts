// Z[i, s, :] = scales[i] · Σ_h pattern[h, i, j] · basis[j, h, :] (+ own[j, :] where i = j), j the s-th source: contributions of sources that have
// met once. Before, each of them was one row; from there on it is a row a head, and one that it keeps to itself.

import type { Span } from './sizes';

export interface ExpandSize {
  /** Sources firstToken … firstToken + tokens − 1. */
  readonly sources: Span;
  readonly heads: number;
  readonly channels: number;
  /** Tokens of the pattern. */
  readonly length: number;
  readonly causal: boolean;
}

/** Tokens that the result covers. */
export function expandSpan({ sources, length, causal }: ExpandSize): Span {
  const firstToken = causal ? sources.firstToken : 0;
  return { firstToken, tokens: length - firstToken };
}

export function expandSources(
  pattern: Float64Array, // [head, query, key]
  basis: Float64Array, // [source, head, channel]
  own: Float64Array | null, // [source, channel]
  scales: Float64Array | null, // [token]
  size: ExpandSize,
): Float64Array {
  const { sources, heads, channels, length } = size;
  const { firstToken, tokens } = expandSpan(size);
  const out = new Float64Array(tokens * sources.tokens * channels); // [token of span, source, channel]
  for (let i = firstToken; i < firstToken + tokens; i++) {
    const scale = scales ? scales[i]! : 1;
    for (let s = 0; s < sources.tokens; s++) {
      const j = sources.firstToken + s;
      const row = ((i - firstToken) * sources.tokens + s) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let h = 0; h < heads; h++) {
          sum += pattern[(h * length + i) * length + j]! * basis[(s * heads + h) * channels + c]!;
        }
        out[row + c] = scale * sum + (own && i === j ? own[s * channels + c]! : 0);
      }
    }
  }
  return out;
}
