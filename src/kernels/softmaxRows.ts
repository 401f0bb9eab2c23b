// Attention logits to attention weights.

import grid from '../../shaders/lib/grid.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import wgsl from '../../shaders/softmaxRows.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const softmaxRows = defineKernel({
  name: 'softmaxRows',
  wgsl: [wgsl, grid, reduce].join('\n'),
  params: { rows: 'u32', tokens: 'u32', causal: 'u32' },
  reads: [],
  writes: ['pattern'],
  workgroup: 64,
  threads: ({ rows }) => rows * 64,
});
