// out[t, d] = Σ_s x[t, s, d].

import type { SignalSize } from './sizes';

export function sumColumns(
  x: Float64Array, // [token, column, channel]
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const out = new Float64Array(tokens * channels); // [token, channel]
  for (let t = 0; t < tokens; t++) {
    for (let s = 0; s < columns; s++) {
      const row = (t * columns + s) * channels;
      for (let d = 0; d < channels; d++) out[t * channels + d]! += x[row + d]!;
    }
  }
  return out;
}
