// Products of attention that differ from column to column, and what they are contracted with. p lies as [query, column, (head, key)].
//   headProducts     p[i, s, (h, j)] = Σ_c x[i, s, (h, c)] · y[j, (g(h), c)]          causal: 0 for j > i
//   contractKeys     out[i, s, (h, c)] = factor Σ_j p[i, s, (h, j)] · y[j, (g(h), c)]
//   contractQueries  out[j, s, (g, c)] = factor Σ_{h of group g} Σ_i p[i, s, (h, j)] · x[i, (h, c)]
// where p is 0 for j > i when causal. As bilinear forms the last two are the adjoints of the first, in x and in y.

import { mixAdjointSpan } from './mixAdjoint';
import { kvHeadOf, type MixSize, type Span } from './sizes';

export function headProducts(
  x: Float64Array, // [query of span, column, (head, c)]
  y: Float64Array, // [key, (kvHead, c)]
  span: Span,
  columns: number,
  size: MixSize,
): Float64Array {
  const { heads, kvHeads, dHead, length, causal } = size;
  const out = new Float64Array(span.tokens * columns * heads * length); // [query of span, column, (head, key)]
  for (let row = 0; row < span.tokens * columns; row++) {
    const i = span.firstToken + Math.floor(row / columns);
    for (let h = 0; h < heads; h++) {
      for (let j = 0; j < (causal ? i + 1 : length); j++) {
        let sum = 0;
        const fromX = (row * heads + h) * dHead;
        const fromY = (j * kvHeads + kvHeadOf(h, size)) * dHead;
        for (let c = 0; c < dHead; c++) sum += x[fromX + c]! * y[fromY + c]!;
        out[(row * heads + h) * length + j] = sum;
      }
    }
  }
  return out;
}

export function contractKeys(
  p: Float64Array, // [query of span, column, (head, key)]
  y: Float64Array, // [key, (kvHead, c)]
  span: Span,
  columns: number,
  size: MixSize,
  factor: number,
): Float64Array {
  const { heads, kvHeads, dHead, length } = size;
  const out = new Float64Array(span.tokens * columns * heads * dHead); // [query of span, column, (head, c)]
  for (let row = 0; row < span.tokens * columns; row++) {
    for (let h = 0; h < heads; h++) {
      for (let j = 0; j < length; j++) {
        const weight = factor * p[(row * heads + h) * length + j]!;
        const from = (j * kvHeads + kvHeadOf(h, size)) * dHead;
        for (let c = 0; c < dHead; c++) out[(row * heads + h) * dHead + c]! += weight * y[from + c]!;
      }
    }
  }
  return out;
}

export function contractQueries(
  p: Float64Array, // [query of span, column, (head, key)]
  x: Float64Array, // [query, (head, c)], all queries
  span: Span,
  columns: number,
  size: MixSize,
  factor: number,
): Float64Array {
  const { heads, kvHeads, dHead, length } = size;
  const keys = mixAdjointSpan(span, size);
  const out = new Float64Array(keys.tokens * columns * kvHeads * dHead); // [key, column, (kvHead, c)]
  for (let row = 0; row < span.tokens * columns; row++) {
    const i = span.firstToken + Math.floor(row / columns);
    for (let h = 0; h < heads; h++) {
      for (let j = 0; j < keys.tokens; j++) {
        const weight = factor * p[(row * heads + h) * length + j]!;
        const to = ((j * columns + (row % columns)) * kvHeads + kvHeadOf(h, size)) * dHead;
        const from = (i * heads + h) * dHead;
        for (let c = 0; c < dHead; c++) out[to + c]! += weight * x[from + c]!;
      }
    }
  }
  return out;
}
