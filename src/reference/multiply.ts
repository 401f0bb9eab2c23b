// out[t, s, d] = factor · coefficients[t, d] · x[t, s, d]. Diagonal, so it is its own adjoint.

import type { SignalSize } from './sizes';

export function multiply(
  x: Float64Array, // [token, column, channel]
  coefficients: Float64Array, // [token, channel], the tokens of x
  factor: number,
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const out = new Float64Array(x.length);
  for (let t = 0; t < tokens; t++) {
    for (let s = 0; s < columns; s++) {
      const row = (t * columns + s) * channels;
      for (let d = 0; d < channels; d++) out[row + d] = factor * coefficients[t * channels + d]! * x[row + d]!;
    }
  }
  return out;
}
