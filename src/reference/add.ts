// x + y, each given on its own span of tokens and zero outside. The result covers `unionSpan` of the two.

import { type Span, unionSpan } from './sizes';

export function add(
  x: Float64Array, // [token of xSpan, width]
  xSpan: Span,
  y: Float64Array, // [token of ySpan, width]
  ySpan: Span,
  width: number, // columns · channels
): Float64Array {
  const span = unionSpan(xSpan, ySpan);
  const out = new Float64Array(span.tokens * width);
  const xStart = (xSpan.firstToken - span.firstToken) * width;
  const yStart = (ySpan.firstToken - span.firstToken) * width;
  for (let k = 0; k < x.length; k++) out[xStart + k]! += x[k]!;
  for (let k = 0; k < y.length; k++) out[yStart + k]! += y[k]!;
  return out;
}
