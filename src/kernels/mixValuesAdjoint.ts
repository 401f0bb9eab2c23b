// The adjoint of mixing by a frozen pattern.

import grid from '../../shaders/lib/grid.wgsl?raw';
import tile from '../../shaders/lib/tile.wgsl?raw';
import wgsl from '../../shaders/mixValuesAdjoint.wgsl?raw';
import { defineKernel } from '../gpu/kernel';
import { tileThreads } from './tiles';

export const mixValuesAdjoint = defineKernel({
  name: 'mixValuesAdjoint',
  wgsl: [wgsl, grid, tile].join('\n'),
  params: { tokens: 'u32', heads: 'u32', kvHeads: 'u32', dHead: 'u32', columns: 'u32', causal: 'u32', outTokens: 'u32', firstQuery: 'u32', queryTokens: 'u32' },
  reads: ['pattern', 'cotangents'],
  writes: ['pulled'],
  workgroup: 64,
  threads: ({ kvHeads, outTokens, columns, dHead }) => tileThreads(kvHeads, outTokens, columns * dHead),
});
