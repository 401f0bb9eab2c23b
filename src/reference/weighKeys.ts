// Attention weights of some queries over kept keys: softmax over the keys that a query sees, from the products q·k of each head.
//   s = scale · q·k      with a soft cap c: c tanh(s / c)      then, with ALiBi, + slope_h · (j − i)
// Seen are j ≤ i, of these with a window W only j > i − W; the others are exactly 0.

import { type PatternSize, softmaxInPlace } from './pattern';
import type { Span } from './sizes';

export function weighKeys(
  products: Float64Array, // [query of span, (head, key)]
  { firstToken, tokens }: Span,
  {
    heads,
    length,
    scale,
    window = length,
    softCap,
  }: Pick<PatternSize, 'heads' | 'length' | 'scale' | 'window' | 'softCap'>,
  slopes: Float64Array | null, // [head]
): Float64Array {
  const out = new Float64Array(products.length);
  for (let row = 0; row < tokens * heads; row++) {
    const i = firstToken + Math.floor(row / heads);
    const first = Math.max(0, i + 1 - window);
    for (let j = first; j <= i; j++) {
      const score = scale * products[row * length + j]!;
      const capped = softCap === undefined ? score : softCap * Math.tanh(score / softCap);
      out[row * length + j] = capped + (slopes ? slopes[row % heads]! * (j - i) : 0);
    }
    softmaxInPlace(out, row * length + first, i + 1 - first);
  }
  return out;
}
