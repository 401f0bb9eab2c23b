// Layers by their textbook formulas, φ(z) itself and never a frozen form, for the tests of the ops. Written apart from the primitives beside
// this file (only erf is shared): agreement of the two says something. One token sequence, no columns.

import { erf } from './erf';
import type { Activation } from './sizes';

/** y = x W + b, W [input, output]. */
export function linearLayer(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array | null,
  inputs: number,
): Float64Array {
  const outputs = weight.length / inputs;
  const y = new Float64Array((x.length / inputs) * outputs); // [token, output]
  for (let k = 0; k < y.length; k++) {
    const token = Math.floor(k / outputs);
    const output = k % outputs;
    y[k] = bias?.[output] ?? 0;
    for (let i = 0; i < inputs; i++) y[k]! += x[token * inputs + i]! * weight[i * outputs + output]!;
  }
  return y;
}

/** (x − mean) / √(var + eps) ⊙ gain + bias, mean and biased variance over channels. */
export function layerNorm(x: Float64Array, gain: Float64Array, bias: Float64Array | null, eps: number): Float64Array {
  return byToken(x, gain.length, (row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, d) => ((value - mean) / Math.sqrt(variance + eps)) * gain[d]! + (bias?.[d] ?? 0));
  });
}

/** x / √(mean(x²) + eps) ⊙ gain. */
export function rmsNorm(x: Float64Array, gain: Float64Array, eps: number): Float64Array {
  return byToken(x, gain.length, (row) => {
    const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / row.length;
    return row.map((value, d) => (value / Math.sqrt(meanSquare + eps)) * gain[d]!);
  });
}

/**
 * φ(z): gelu ½z(1 + erf(z/√2)); gelu_new ½z(1 + tanh(√(2/π)(z + 0.044715z³))); quick_gelu z/(1 + e^(−1.702z)); silu z/(1 + e^(−z));
 * relu max(z, 0); relu2 max(z, 0)²; tanh; sigmoid 1/(1 + e^(−z)).
 */
export function activate(z: Float64Array, activation: Activation): Float64Array {
  switch (activation) {
    case 'gelu':
      return z.map((v) => 0.5 * v * (1 + erf(v / Math.sqrt(2))));
    case 'gelu_new':
      return z.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))));
    case 'silu':
      return z.map((v) => v / (1 + Math.exp(-v)));
    case 'quick_gelu':
      return z.map((v) => v / (1 + Math.exp(-1.702 * v)));
    case 'relu':
      return z.map((v) => Math.max(v, 0));
    case 'relu2':
      return z.map((v) => Math.max(v, 0) ** 2);
    case 'tanh':
      return z.map((v) => Math.tanh(v));
    case 'sigmoid':
      return z.map((v) => 1 / (1 + Math.exp(-v)));
  }
}

/** Gated feed-forward without its output projection: φ(x Wg + bg) ⊙ (x Wu + bu), weights [input, output]. */
export function gatedHidden(
  x: Float64Array,
  gate: { readonly weight: Float64Array; readonly bias: Float64Array | null },
  up: { readonly weight: Float64Array; readonly bias: Float64Array | null },
  inputs: number,
  activation: Activation,
): Float64Array {
  const gated = activate(linearLayer(x, gate.weight, gate.bias, inputs), activation);
  const values = linearLayer(x, up.weight, up.bias, inputs);
  return gated.map((value, k) => value * values[k]!);
}

export interface AttentionDefinition {
  readonly heads: number;
  readonly kvHeads: number;
  readonly dHead: number;
  readonly scale: number;
  readonly causal: boolean;
  /** Keys that a query sees, itself included. */
  readonly window?: number;
  readonly softCap?: number;
  /** ALiBi: a score for distance, one slope a head. */
  readonly slopes?: readonly number[];
  /** Angle of (position, k) for pair k, halves (k, k + rotaryDim/2) or neighbours (2k, 2k + 1); null without rotary positions. */
  readonly rotary: {
    readonly rotaryDim: number;
    readonly pairs?: 'halves' | 'neighbours';
    readonly factor?: number;
    readonly angle: (position: number, k: number) => number;
  } | null;
}

/** Softmax attention before the output projection: [token, (head, dHead)]. */
export function attention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  definition: AttentionDefinition,
): Float64Array {
  const { heads, kvHeads, dHead, scale, causal, window, softCap, slopes } = definition;
  const tokens = q.length / (heads * dHead);
  const out = new Float64Array(tokens * heads * dHead);
  for (let h = 0; h < heads; h++) {
    const group = Math.floor((h * kvHeads) / heads);
    for (let i = 0; i < tokens; i++) {
      const query = turned(headOf(q, i, h, heads, dHead), i, definition);
      const weights: number[] = [];
      for (let j = 0; j < (causal ? i + 1 : tokens); j++) {
        const key = turned(headOf(k, j, group, kvHeads, dHead), j, definition);
        let score = scale * query.reduce((sum, value, c) => sum + value * key[c]!, 0);
        if (softCap) score = softCap * Math.tanh(score / softCap);
        if (slopes) score += slopes[h]! * j; // BLOOM's own form: the same as j − i after the softmax
        weights.push(window && i - j >= window ? Number.NEGATIVE_INFINITY : score);
      }
      const largest = Math.max(...weights);
      const total = weights.reduce((sum, score) => sum + Math.exp(score - largest), 0);
      for (const [j, score] of weights.entries()) {
        const value = headOf(v, j, group, kvHeads, dHead);
        for (let c = 0; c < dHead; c++)
          out[(i * heads + h) * dHead + c]! += (Math.exp(score - largest) / total) * value[c]!;
      }
    }
  }
  return out;
}

function headOf(x: Float64Array, token: number, head: number, heads: number, dHead: number): Float64Array {
  return x.subarray((token * heads + head) * dHead, (token * heads + head + 1) * dHead);
}

/** Each pair as a complex number, multiplied by factor · e^(i·angle). */
function turned(x: Float64Array, position: number, { rotary }: AttentionDefinition): Float64Array {
  const out = Float64Array.from(x);
  if (!rotary) return out;
  const { rotaryDim, pairs = 'halves', factor = 1 } = rotary;
  for (let k = 0; k < rotaryDim / 2; k++) {
    const angle = rotary.angle(position, k);
    const [a, b] = pairs === 'halves' ? [k, k + rotaryDim / 2] : [2 * k, 2 * k + 1];
    out[a] = factor * (Math.cos(angle) * x[a]! - Math.sin(angle) * x[b]!);
    out[b] = factor * (Math.sin(angle) * x[a]! + Math.cos(angle) * x[b]!);
  }
  return out;
}

function byToken(x: Float64Array, channels: number, map: (row: Float64Array) => Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += channels) out.set(map(x.subarray(start, start + channels)), start);
  return out;
}
