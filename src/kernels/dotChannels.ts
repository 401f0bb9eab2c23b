// Inner products over the channels.

import grid from '../../shaders/lib/grid.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import wgsl from '../../shaders/dotChannels.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const dotChannels = defineKernel({
  name: 'dotChannels',
  wgsl: [wgsl, grid, reduce].join('\n'),
  params: { rows: 'u32', columns: 'u32', channels: 'u32', skippedY: 'u32' },
  reads: ['x', 'y'],
  writes: ['products'],
  workgroup: 64,
  threads: ({ rows }) => rows * 64,
});
