// The adjoint of a frozen norm.

import wgsl from '../../shaders/applyNormAdjoint.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const applyNormAdjoint = defineRowKernel({
  name: 'applyNormAdjoint',
  wgsl,
  params: {
    rows: 'u32',
    columns: 'u32',
    channels: 'u32',
    firstToken: 'u32',
    subtractMean: 'u32',
    firstG: 'u32',
    rowsG: 'u32',
    firstAdded: 'u32',
    rowsAdded: 'u32',
  },
  reads: ['g', 'gain', 'sigma', 'added'],
  writes: ['pulled'],
  rows: ({ rows }) => rows,
});
