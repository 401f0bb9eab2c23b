// out[t, s, d] = x[t, s, d] + w[t, s] / Σ_s w[t, s] · vector[t, d]; a token whose weights are all 0 stays as it is.

import type { ShareMeasure, SignalSize } from './sizes';

const weight: Record<ShareMeasure, (measured: number) => number> = {
  size: Math.abs,
  root: Math.sqrt,
  presence: (measured) => (measured === 0 ? 0 : 1),
};

export function shareVector(
  x: Float64Array, // [token, column, channel]
  measured: Float64Array, // [token, column]
  vector: Float64Array, // [token, channel], the tokens of x
  measure: ShareMeasure,
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const out = Float64Array.from(x);
  for (let t = 0; t < tokens; t++) {
    const weights = measured.subarray(t * columns, (t + 1) * columns).map(weight[measure]);
    const total = weights.reduce((sum, one) => sum + one, 0);
    if (total === 0) continue;
    for (let s = 0; s < columns; s++) {
      const row = (t * columns + s) * channels;
      for (let d = 0; d < channels; d++) out[row + d]! += (weights[s]! / total) * vector[t * channels + d]!;
    }
  }
  return out;
}
