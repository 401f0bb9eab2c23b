// What a gate φ(g) ⊙ u is frozen to, as a map of u or of g: up = φ(g) multiplies u, gate = m(g) ⊙ u multiplies g, with φ(g) = φ(0) + m(g) g.
// Both give φ(g) ⊙ u back at the input where they were frozen, gate together with the constant φ(0) ⊙ u; the rule `half` is the mean of the two.

import { activationAtZero, activationMultiplier } from './activationMultiplier';
import type { Activation } from './sizes';

export function gateCoefficients(
  g: Float64Array, // [token, channel]
  u: Float64Array, // [token, channel]
  activation: Activation,
): { up: Float64Array; gate: Float64Array } {
  const multiplier = activationMultiplier(g, activation);
  const atZero = activationAtZero(activation);
  const up = new Float64Array(g.length);
  const gate = new Float64Array(g.length);
  for (let k = 0; k < g.length; k++) {
    up[k] = atZero + multiplier[k]! * g[k]!;
    gate[k] = multiplier[k]! * u[k]!;
  }
  return { up, gate };
}
