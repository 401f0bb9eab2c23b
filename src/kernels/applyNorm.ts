// A frozen norm.

import wgsl from '../../shaders/applyNorm.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const applyNorm = defineRowKernel({
  name: 'applyNorm',
  wgsl: [wgsl, staggered].join('\n'),
  params: {
    rows: 'u32',
    columns: 'u32',
    staggered: 'u32',
    channels: 'u32',
    firstToken: 'u32',
    subtractMean: 'u32',
    hasBias: 'u32',
    firstX: 'u32',
    rowsX: 'u32',
    firstAdded: 'u32',
    rowsAdded: 'u32',
  },
  reads: ['x', 'gain', 'sigma', 'bias', 'added'],
  writes: ['y'],
  rows: ({ rows }) => rows,
});
