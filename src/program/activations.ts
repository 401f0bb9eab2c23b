// The activation functions, by their names in Hugging Face's configurations: what every other list of them goes by. An activation is read as
// φ(z) = φ(0) + m(z) z: the multiplier m is frozen (closed forms in reference/activationMultiplier and shaders/lib/activations.wgsl), φ(0) is a
// constant of the op and goes to the biases.

/** φ(0) of each. */
export const valueAtZero = {
  gelu: 0,
  gelu_new: 0,
  quick_gelu: 0,
  silu: 0,
  relu: 0,
  relu2: 0,
  tanh: 0,
  sigmoid: 0.5,
} as const;

export type Activation = keyof typeof valueAtZero;

export const activations = Object.keys(valueAtZero) as readonly Activation[];
