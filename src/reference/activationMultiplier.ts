// An activation as φ(z) = φ(0) + m(z) z, with m in closed form: its value at z = 0 is the limit, so the identity holds there too.
//   gelu        Φ(z), the normal distribution function        gelu_new  ½ (1 + tanh u) = 1/(1 + e^(−2u)), u = √(2/π) (z + 0.044715 z³)
//   silu        1/(1 + e^(−z))                                quick_gelu  1/(1 + e^(−1.702 z))
//   relu        1 where z > 0, else 0                         relu2     z where z > 0, else 0
//   tanh        tanh(z)/z, at 0 its limit 1                   sigmoid   (φ(z) − ½)/z = ¼ tanh(z/2)/(z/2); φ(0) = ½

import { erfc } from './erf';
import type { Activation } from './sizes';

const MULTIPLIERS: { readonly [A in Activation]: (z: number) => number } = {
  gelu: (z) => erfc(-z / Math.SQRT2) / 2,
  gelu_new: (z) => sigmoid(2 * Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)),
  quick_gelu: (z) => sigmoid(1.702 * z),
  silu: sigmoid,
  relu: (z) => (z > 0 ? 1 : 0),
  relu2: (z) => Math.max(z, 0),
  tanh: tanhRatio,
  sigmoid: (z) => tanhRatio(z / 2) / 4,
};

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** tanh(z)/z. Math.tanh is accurate relative to its value, so the quotient is accurate however small z is. */
function tanhRatio(z: number): number {
  return z === 0 ? 1 : Math.tanh(z) / z;
}

export function activationMultiplier(z: Float64Array, activation: Activation): Float64Array {
  const multiplier = MULTIPLIERS[activation];
  const out = new Float64Array(z.length);
  for (let k = 0; k < z.length; k++) out[k] = multiplier(z[k]!);
  return out;
}

/** φ(0). */
export function activationAtZero(activation: Activation): number {
  return activation === 'sigmoid' ? 0.5 : 0;
}
