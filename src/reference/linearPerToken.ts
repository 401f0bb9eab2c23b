// y[i, c, o] = Σ_k x[i, c, k] M_i[k, o], a matrix for every token. The adjoint is the same sum with the other layout.

import type { Layout } from './sizes';

export interface PerTokenSize {
  readonly tokens: number;
  readonly columns: number;
  readonly inputs: number;
  readonly outputs: number;
}

export function linearPerToken(
  x: Float64Array, // [token, column, input]
  operators: Float64Array, // [token, input, output] (inOut) or [token, output, input] (outIn), the tokens of x
  layout: Layout,
  { tokens, columns, inputs, outputs }: PerTokenSize,
): Float64Array {
  const y = new Float64Array(tokens * columns * outputs); // [token, column, output]
  for (let row = 0; row < tokens * columns; row++) {
    const start = Math.floor(row / columns) * inputs * outputs;
    for (let k = 0; k < inputs; k++) {
      const value = x[row * inputs + k]!;
      for (let o = 0; o < outputs; o++) {
        y[row * outputs + o]! += value * operators[start + (layout === 'inOut' ? k * outputs + o : o * inputs + k)]!;
      }
    }
  }
  return y;
}
