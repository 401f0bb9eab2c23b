// The gradient of a norm, its scale included.

import wgsl from '../../shaders/normGradient.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const normGradient = defineRowKernel({
  name: 'normGradient',
  wgsl,
  params: {
    rows: 'u32',
    columns: 'u32',
    stretches: 'u32',
    width: 'u32',
    firstToken: 'u32',
    subtractMean: 'u32',
    eps: 'f32',
    share: 'f32',
  },
  reads: ['g', 'x', 'gain'],
  writes: ['pulled'],
  rows: ({ rows }) => rows,
});
