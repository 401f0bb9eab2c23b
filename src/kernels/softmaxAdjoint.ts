// The adjoint of softmax over rows of keys.

import wgsl from '../../shaders/softmaxAdjoint.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const softmaxAdjoint = defineRowKernel({
  name: 'softmaxAdjoint',
  wgsl,
  params: { rows: 'u32', columns: 'u32', heads: 'u32', tokens: 'u32', firstToken: 'u32', hasSlopes: 'u32' },
  reads: ['pattern', 'g', 'slopes'],
  writes: ['pulled'],
  rows: ({ rows }) => rows,
});
