// Products with a weight matrix.

import grid from '../../shaders/lib/grid.wgsl?raw';
import tile from '../../shaders/lib/tile.wgsl?raw';
import wgsl from '../../shaders/matmul.wgsl?raw';
import { defineKernel } from '../gpu/kernel';
import { tileThreads } from './tiles';

export const matmul = defineKernel({
  name: 'matmul',
  wgsl: [wgsl, grid, tile].join('\n'),
  params: { rows: 'u32', inner: 'u32', columns: 'u32', hasBias: 'u32' },
  reads: ['a', 'b', 'bias'],
  writes: ['c'],
  workgroup: 64,
  threads: ({ rows, columns }) => tileThreads(1, rows, columns),
});
