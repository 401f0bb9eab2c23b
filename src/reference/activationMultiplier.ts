// m(z) = φ(z)/z in closed form, so that φ(z) = m(z) · z holds at z = 0 too:
//   gelu      Φ(z), the normal distribution function        gelu_new  ½ (1 + tanh u) = 1/(1 + e^(−2u)), u = √(2/π) (z + 0.044715 z³)
//   silu      1/(1 + e^(−z))                                relu      1 where z > 0, else 0
//   tanh      tanh(z)/z, and its limit 1 at 0: the one quotient, exact to rounding because tanh keeps its relative accuracy near 0

import { erfc } from './erf';
import type { Activation } from './sizes';

const MULTIPLIERS: { readonly [A in Activation]: (z: number) => number } = {
  gelu: (z) => erfc(-z / Math.SQRT2) / 2,
  gelu_new: (z) => sigmoid(2 * Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)),
  silu: sigmoid,
  relu: (z) => (z > 0 ? 1 : 0),
  tanh: (z) => (z === 0 ? 1 : Math.tanh(z) / z),
};

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

export function activationMultiplier(z: Float64Array, activation: Activation): Float64Array {
  const multiplier = MULTIPLIERS[activation];
  const out = new Float64Array(z.length);
  for (let k = 0; k < z.length; k++) out[k] = multiplier(z[k]!);
  return out;
}
