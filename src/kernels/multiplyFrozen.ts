// Multiplication by frozen factors.

import grid from '../../shaders/lib/grid.wgsl?raw';
import wgsl from '../../shaders/multiplyFrozen.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const multiplyFrozen = defineKernel({
  name: 'multiplyFrozen',
  wgsl: [wgsl, grid].join('\n'),
  params: { elements: 'u32', columns: 'u32', channels: 'u32', firstToken: 'u32', factor: 'f32' },
  reads: ['x', 'coefficients'],
  writes: ['y'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
