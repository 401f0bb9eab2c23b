// y[r, o] = Σ_i x[r, i] W[i, o] (+ bias[o]), the definition. A row is one (token, column). The adjoint is the same sum with the other layout.

import type { Layout } from './sizes';

export interface LinearSize {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

export function linear(
  x: Float64Array, // [row, input]
  weight: Float64Array, // [input, output] (inOut) or [output, input] (outIn)
  bias: Float64Array | null, // [output]
  layout: Layout,
  { rows, inputs, outputs }: LinearSize,
): Float64Array {
  const y = new Float64Array(rows * outputs); // [row, output]
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        const w = layout === 'inOut' ? weight[i * outputs + o]! : weight[o * inputs + i]!;
        y[r * outputs + o]! += x[r * inputs + i]! * w;
      }
    }
    if (bias) for (let o = 0; o < outputs; o++) y[r * outputs + o]! += bias[o]!;
  }
  return y;
}
