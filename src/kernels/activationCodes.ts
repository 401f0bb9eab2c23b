// Activation functions by the numbers that shaders/lib/activations.wgsl knows them by.

export const activationCode = { gelu: 0, gelu_new: 1, silu: 2, relu: 3, tanh: 4 } as const;
