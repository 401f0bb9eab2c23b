// Multiplication by frozen factors.

import staggered from '../../shaders/lib/staggered.wgsl?raw';
import wgsl from '../../shaders/multiplyFrozen.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const multiplyFrozen = defineRowKernel({
  name: 'multiplyFrozen',
  wgsl: [wgsl, staggered].join('\n'),
  params: { rows: 'u32', columns: 'u32', staggered: 'u32', channels: 'u32', firstToken: 'u32', factor: 'f32' },
  reads: ['x', 'coefficients'],
  writes: ['y'],
  rows: ({ rows }) => rows,
});
