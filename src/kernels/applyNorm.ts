// A frozen norm.

import grid from '../../shaders/lib/grid.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import wgsl from '../../shaders/applyNorm.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const applyNorm = defineKernel({
  name: 'applyNorm',
  wgsl: [wgsl, grid, reduce].join('\n'),
  params: { rows: 'u32', columns: 'u32', channels: 'u32', firstToken: 'u32', subtractMean: 'u32', hasBias: 'u32' },
  reads: ['x', 'gain', 'sigma', 'bias'],
  writes: ['y'],
  workgroup: 64,
  threads: ({ rows }) => rows * 64,
});
