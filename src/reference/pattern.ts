// Attention pattern A[h, i, ·] = softmax_j(scale · q[i, h] · k[j, g(h)]), over j ≤ i when causal; masked entries are exactly 0.

import { type Rotary, rotary } from './rotary';
import { kvHeadOf, type MixSize } from './sizes';

export interface PatternSize extends MixSize {
  readonly scale: number;
}

export function pattern(
  q: Float64Array, // [query, (head, dHead)]
  k: Float64Array, // [key, (kvHead, dHead)]
  size: PatternSize,
  table: Rotary | null,
): Float64Array {
  const { heads, kvHeads, dHead, length, causal, scale } = size;
  const turnedQ = table ? rotary(q, table, heads, dHead) : q;
  const turnedK = table ? rotary(k, table, kvHeads, dHead) : k;
  const out = new Float64Array(heads * length * length); // [head, query, key]
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < length; i++) {
      const row = (h * length + i) * length;
      const end = causal ? i + 1 : length;
      const qStart = (i * heads + h) * dHead;
      for (let j = 0; j < end; j++) {
        const kStart = (j * kvHeads + kvHeadOf(h, size)) * dHead;
        let score = 0;
        for (let c = 0; c < dHead; c++) score += turnedQ[qStart + c]! * turnedK[kStart + c]!;
        out[row + j] = scale * score;
      }
      softmaxInPlace(out, row, end);
    }
  }
  return out;
}

/** Softmax of `count` numbers from `start` on. The largest is taken out first: exp never overflows, and the sum is at least 1. */
function softmaxInPlace(x: Float64Array, start: number, count: number): void {
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
