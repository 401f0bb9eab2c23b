// out[t, s] = Σ_d x[t, s, d]².

import type { SignalSize } from './sizes';

export function sumSquares(
  x: Float64Array, // [token, column, channel]
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const out = new Float64Array(tokens * columns); // [token, column]
  for (let row = 0; row < tokens * columns; row++) {
    let sum = 0;
    for (let d = 0; d < channels; d++) sum += x[row * channels + d]! ** 2;
    out[row] = sum;
  }
  return out;
}
