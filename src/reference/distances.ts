// out[t, s] = Σ_d |x[t, s, d] − y[t, d]|^power.

import type { SignalSize } from './sizes';

export function distances(
  x: Float64Array, // [token, column, channel]
  y: Float64Array, // [token, channel], the tokens of x
  power: 1 | 2,
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const out = new Float64Array(tokens * columns); // [token, column]
  for (let t = 0; t < tokens; t++) {
    for (let s = 0; s < columns; s++) {
      const row = (t * columns + s) * channels;
      for (let d = 0; d < channels; d++) out[t * columns + s]! += Math.abs(x[row + d]! - y[t * channels + d]!) ** power;
    }
  }
  return out;
}
