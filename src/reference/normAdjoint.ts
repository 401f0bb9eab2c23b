// Adjoint of `norm` without bias: C((gain ⊙ g) · inverseSigma), where C subtracts the channel mean for `layer` and nothing for `rms`.
// (C is symmetric, so centring moves from the first step to the last.)

import { rowMean } from './norm';
import type { NormKind, SignalSize } from './sizes';

export function normAdjoint(
  g: Float64Array, // [token, column, channel]
  kind: NormKind,
  gain: Float64Array, // [channel]
  inverseSigma: Float64Array, // [token]
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const out = new Float64Array(g.length);
  for (let t = 0; t < tokens; t++) {
    for (let s = 0; s < columns; s++) {
      const row = (t * columns + s) * channels;
      for (let d = 0; d < channels; d++) out[row + d] = gain[d]! * g[row + d]! * inverseSigma[t]!;
      if (kind === 'rms') continue;
      const mean = rowMean(out, row, channels);
      for (let d = 0; d < channels; d++) out[row + d]! -= mean;
    }
  }
  return out;
}
