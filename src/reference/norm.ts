// A norm with its scale frozen: y = gain ⊙ (x − mean) · inverseSigma (+ bias). `layer` subtracts the channel mean, `rms` subtracts nothing.
// Linear in x, because inverseSigma is a given number for every token.

import type { NormKind, SignalSize } from './sizes';

export function norm(
  x: Float64Array, // [token, column, channel]
  kind: NormKind,
  gain: Float64Array, // [channel]
  inverseSigma: Float64Array, // [token]
  bias: Float64Array | null, // [channel]
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const y = new Float64Array(x.length);
  for (let t = 0; t < tokens; t++) {
    for (let s = 0; s < columns; s++) {
      const row = (t * columns + s) * channels;
      const mean = kind === 'layer' ? rowMean(x, row, channels) : 0;
      for (let d = 0; d < channels; d++) {
        y[row + d] = gain[d]! * (x[row + d]! - mean) * inverseSigma[t]! + (bias ? bias[d]! : 0);
      }
    }
  }
  return y;
}

/** Mean of `channels` numbers from `start` on. */
export function rowMean(x: Float64Array, start: number, channels: number): number {
  let sum = 0;
  for (let d = 0; d < channels; d++) sum += x[start + d]!;
  return sum / channels;
}
