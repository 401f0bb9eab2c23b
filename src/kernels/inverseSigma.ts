// What a norm is frozen to: 1 / σ of every token.

import wgsl from '../../shaders/inverseSigma.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const inverseSigma = defineRowKernel({
  name: 'inverseSigma',
  wgsl,
  params: { tokens: 'u32', channels: 'u32', subtractMean: 'u32', eps: 'f32' },
  reads: ['x'],
  writes: ['sigma'],
  rows: ({ tokens }) => tokens,
});
