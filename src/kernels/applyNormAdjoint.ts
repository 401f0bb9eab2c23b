// The adjoint of a frozen norm.

import grid from '../../shaders/lib/grid.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import wgsl from '../../shaders/applyNormAdjoint.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const applyNormAdjoint = defineKernel({
  name: 'applyNormAdjoint',
  wgsl: [wgsl, grid, reduce].join('\n'),
  params: { rows: 'u32', columns: 'u32', channels: 'u32', firstToken: 'u32', subtractMean: 'u32' },
  reads: ['g', 'gain', 'sigma'],
  writes: ['pulled'],
  workgroup: 64,
  threads: ({ rows }) => rows * 64,
});
