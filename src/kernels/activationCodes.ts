// Activation functions by the numbers that shaders/lib/activations.wgsl knows them by.

export const activationCode = {
  gelu: 0,
  gelu_new: 1,
  silu: 2,
  relu: 3,
  quick_gelu: 4,
  relu2: 5,
  tanh: 6,
  sigmoid: 7,
} as const;
