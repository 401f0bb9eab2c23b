// The scale of a norm, one number a token: 1 / √(variance + eps) for `layer` (biased variance), 1 / √(mean of squares + eps) for `rms`.
// Two passes (mean first), because a large common offset would cancel away the variance in one.

import { rowMean } from './norm';
import type { NormKind } from './sizes';

export function inverseSigma(
  x: Float64Array, // [token, channel]
  kind: NormKind,
  eps: number,
  tokens: number,
  channels: number,
): Float64Array {
  const out = new Float64Array(tokens); // [token]
  for (let t = 0; t < tokens; t++) {
    const row = t * channels;
    const mean = kind === 'layer' ? rowMean(x, row, channels) : 0;
    let squares = 0;
    for (let d = 0; d < channels; d++) squares += (x[row + d]! - mean) ** 2;
    out[t] = 1 / Math.sqrt(squares / channels + eps);
  }
  return out;
}
