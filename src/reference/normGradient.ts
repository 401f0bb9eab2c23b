// The gradient of a norm, its scale included. With r = 1/σ(x) and n = C(x) r, y = gain ⊙ n + bias has
//   Jᵀ g = r (C(gain ⊙ g) − n · mean_ch(gain ⊙ g ⊙ n))
// where the second term is what the frozen norm leaves out; it is taken `share` times. C subtracts the channel mean for `layer`, nothing for `rms`.
// A gain shorter than a row: every stretch of that length by itself.

import { inverseSigma } from './inverseSigma';
import { rowMean } from './norm';
import type { NormKind, SignalSize } from './sizes';

export function normGradient(
  g: Float64Array, // [token, column, channel]
  x: Float64Array, // [token, channel], the tokens of g
  kind: NormKind,
  gain: Float64Array, // [length of what is normalised together]
  eps: number,
  share: number,
  { tokens, columns, channels }: SignalSize,
): Float64Array {
  const width = gain.length;
  const scales = inverseSigma(x, kind, eps, x.length / width, width); // [token, stretch]
  const out = new Float64Array(g.length);
  for (let t = 0; t < tokens; t++) {
    for (let at = 0; at < channels; at += width) {
      const xStart = t * channels + at;
      const r = scales[xStart / width]!;
      const mean = kind === 'layer' ? rowMean(x, xStart, width) : 0;
      const normed = Float64Array.from({ length: width }, (_, d) => (x[xStart + d]! - mean) * r);
      for (let s = 0; s < columns; s++) {
        const start = (t * columns + s) * channels + at;
        const scaled = Float64Array.from({ length: width }, (_, d) => gain[d]! * g[start + d]!);
        const gMean = kind === 'layer' ? rowMean(scaled, 0, width) : 0;
        const along = rowMean(
          scaled.map((value, d) => value * normed[d]!),
          0,
          width,
        );
        for (let d = 0; d < width; d++) out[start + d] = r * (scaled[d]! - gMean - share * normed[d]! * along);
      }
    }
  }
  return out;
}
