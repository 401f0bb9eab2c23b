// φ'(z) in closed form: what m(z) + z m'(z) comes to. At the kink of relu the slope from below, 0.
//   gelu       Φ(z) + z e^(−z²/2)/√(2π)                 gelu_new  s + z s(1 − s) 2u',  s = σ(2u), u = √(2/π)(z + 0.044715 z³)
//   silu       s + z s(1 − s), s = σ(z)                 quick_gelu  s + 1.702 z s(1 − s), s = σ(1.702 z)
//   relu       1 where z > 0, else 0                    relu2     2z where z > 0, else 0
//   tanh       1 − tanh²(z)                             sigmoid   σ(z)(1 − σ(z))

import { erfc } from './erf';
import type { Activation } from './sizes';

const SLOPES: { readonly [A in Activation]: (z: number) => number } = {
  gelu: (z) => erfc(-z / Math.SQRT2) / 2 + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
  gelu_new: (z) => gated(z, 2 * Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3), geluNewSlope(z)),
  quick_gelu: (z) => gated(z, 1.702 * z, 1.702),
  silu: (z) => gated(z, z, 1),
  relu: (z) => (z > 0 ? 1 : 0),
  relu2: (z) => 2 * Math.max(z, 0),
  tanh: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z),
  sigmoid: (z) => sigmoid(z) * sigmoid(-z),
};

/** The slope of z σ(v), where v has the slope `inner`. */
function gated(z: number, v: number, inner: number): number {
  const s = sigmoid(v);
  const bell = s * sigmoid(-v);
  return bell === 0 ? s : s + z * inner * bell;
}

const geluNewSlope = (z: number) => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * z * z);

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

export function activationSlope(z: Float64Array, activation: Activation): Float64Array {
  return z.map(SLOPES[activation]);
}
