// RMS norm of queries or keys, head by head.

import wgsl from '../../shaders/headNorm.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const headNorm = defineRowKernel({
  name: 'headNorm',
  wgsl,
  params: { rows: 'u32', dHead: 'u32', eps: 'f32' },
  reads: ['x', 'gain'],
  writes: ['y'],
  rows: ({ rows }) => rows,
});
