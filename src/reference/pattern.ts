// Attention pattern A[h, i, ·] = softmax_j(score) over the keys that query i sees; all others are exactly 0.
//   s = scale · q[i, h] · k[j, g(h)], rotary positions on q and k first      with a soft cap c: c tanh(s / c)
//   then, with ALiBi, + slope_h · (j − i): a penalty on distance, the same as + slope_h · j after the softmax
// Seen are j ≤ i when causal, of these with a window W only j > i − W.

import { type Rotary, rotary } from './rotary';
import { kvHeadOf, type MixSize } from './sizes';

export interface PatternSize extends MixSize {
  readonly scale: number;
  readonly window?: number;
  readonly softCap?: number;
}

export function pattern(
  q: Float64Array, // [query, (head, dHead)]
  k: Float64Array, // [key, (kvHead, dHead)]
  size: PatternSize,
  table: Rotary | null,
  slopes: Float64Array | null = null, // [head]
): Float64Array {
  const { heads, kvHeads, dHead, length, causal, scale, window = length, softCap } = size;
  const turnedQ = table ? rotary(q, table, heads, dHead) : q;
  const turnedK = table ? rotary(k, table, kvHeads, dHead) : k;
  const out = new Float64Array(heads * length * length); // [head, query, key]
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < length; i++) {
      const row = (h * length + i) * length;
      const first = causal ? Math.max(0, i + 1 - window) : 0;
      const end = causal ? i + 1 : length;
      const qStart = (i * heads + h) * dHead;
      for (let j = first; j < end; j++) {
        const kStart = (j * kvHeads + kvHeadOf(h, size)) * dHead;
        let product = 0;
        for (let c = 0; c < dHead; c++) product += turnedQ[qStart + c]! * turnedK[kStart + c]!;
        const score = scale * product;
        const capped = softCap === undefined ? score : softCap * Math.tanh(score / softCap);
        out[row + j] = capped + (slopes ? slopes[h]! * (j - i) : 0);
      }
      softmaxInPlace(out, row + first, end - first);
    }
  }
  return out;
}

/** Softmax of `count` numbers from `start` on. The largest is taken out first: exp never overflows, and the sum is at least 1. */
export function softmaxInPlace(x: Float64Array, start: number, count: number): void {
  let largest = x[start]!;
  for (let j = 1; j < count; j++) largest = Math.max(largest, x[start + j]!);
  let sum = 0;
  for (let j = 0; j < count; j++) {
    const value = Math.exp(x[start + j]! - largest);
    x[start + j] = value;
    sum += value;
  }
  for (let j = 0; j < count; j++) x[start + j]! /= sum;
}
