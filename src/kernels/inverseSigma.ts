// What a norm is frozen to: 1 / σ of every token.

import grid from '../../shaders/lib/grid.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import wgsl from '../../shaders/inverseSigma.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const inverseSigma = defineKernel({
  name: 'inverseSigma',
  wgsl: [wgsl, grid, reduce].join('\n'),
  params: { tokens: 'u32', channels: 'u32', subtractMean: 'u32', eps: 'f32' },
  reads: ['x'],
  writes: ['sigma'],
  workgroup: 64,
  threads: ({ tokens }) => tokens * 64,
});
