// Rotary positions: within every head, the two channels of pair k turn together by the angle of (token, k); channels from rotaryDim on pass.
//   (a, b) ↦ (a cos − b sin, b cos + a sin)      pair k: halves (k, k + rotaryDim/2), neighbours (2k, 2k + 1)

import type { RotaryPairs } from './sizes';

export interface Rotary {
  readonly rotaryDim: number;
  readonly pairs: RotaryPairs;
  readonly cos: Float64Array; // [token, rotaryDim/2]
  readonly sin: Float64Array; // [token, rotaryDim/2]
}

export function rotary(
  x: Float64Array, // [token, (head, dHead)]
  { rotaryDim, pairs, cos, sin }: Rotary,
  heads: number,
  dHead: number,
): Float64Array {
  const half = rotaryDim / 2;
  const out = Float64Array.from(x);
  const tokens = x.length / (heads * dHead);
  for (let t = 0; t < tokens; t++) {
    for (let h = 0; h < heads; h++) {
      const start = (t * heads + h) * dHead;
      for (let k = 0; k < half; k++) {
        const first = start + (pairs === 'halves' ? k : 2 * k);
        const second = pairs === 'halves' ? first + half : first + 1;
        const c = cos[t * half + k]!;
        const s = sin[t * half + k]!;
        const a = x[first]!;
        const b = x[second]!;
        out[first] = a * c - b * s;
        out[second] = b * c + a * s;
      }
    }
  }
  return out;
}
