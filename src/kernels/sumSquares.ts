// Squared norms over the channels.

import grid from '../../shaders/lib/grid.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import wgsl from '../../shaders/sumSquares.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const sumSquares = defineKernel({
  name: 'sumSquares',
  wgsl: [wgsl, grid, reduce].join('\n'),
  params: { rows: 'u32', channels: 'u32' },
  reads: ['x'],
  writes: ['squares'],
  workgroup: 64,
  threads: ({ rows }) => rows * 64,
});
