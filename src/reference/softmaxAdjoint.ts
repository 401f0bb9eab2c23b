// The adjoint of softmax, row by row, and of what the scores went through before it.
//   softmaxAdjoint  out[i, s, (h, j)] = A (g − Σ_k A g),  A = pattern[h, i, j], times the slope of the soft cap where there is one
//   capSlopes       1 − tanh²(scale · q·k / cap): what cap · tanh(scale · q·k / cap) passes of the scaled score's cotangent

import { type HeadSize, kvHeadOf, type Span } from './sizes';

export function softmaxAdjoint(
  pattern: Float64Array, // [head, query, key]
  g: Float64Array, // [query of span, column, (head, key)]
  slopes: Float64Array | null, // [head, query, key]
  { firstToken, tokens }: Span,
  columns: number,
  { heads, length }: { readonly heads: number; readonly length: number },
): Float64Array {
  const out = new Float64Array(g.length);
  for (let row = 0; row < tokens * columns; row++) {
    const i = firstToken + Math.floor(row / columns);
    for (let h = 0; h < heads; h++) {
      const from = (h * length + i) * length;
      const to = (row * heads + h) * length;
      let mean = 0;
      for (let j = 0; j < length; j++) mean += pattern[from + j]! * g[to + j]!;
      for (let j = 0; j < length; j++) {
        out[to + j] = pattern[from + j]! * (g[to + j]! - mean) * (slopes ? slopes[from + j]! : 1);
      }
    }
  }
  return out;
}

export function capSlopes(
  q: Float64Array, // [query, (head, c)]
  k: Float64Array, // [key, (kvHead, c)]
  size: HeadSize,
  scale: number,
  cap: number,
): Float64Array {
  const { heads, kvHeads, dHead } = size;
  const length = q.length / (heads * dHead);
  const out = new Float64Array(heads * length * length); // [head, query, key]
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) {
        let product = 0;
        for (let c = 0; c < dHead; c++) {
          product += q[(i * heads + h) * dHead + c]! * k[(j * kvHeads + kvHeadOf(h, size)) * dHead + c]!;
        }
        out[(h * length + i) * length + j] = 1 - Math.tanh((scale * product) / cap) ** 2;
      }
    }
  }
  return out;
}
