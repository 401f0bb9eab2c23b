// Values mixed by a frozen pattern.

import grid from '../../shaders/lib/grid.wgsl?raw';
import tile from '../../shaders/lib/tile.wgsl?raw';
import wgsl from '../../shaders/mixValues.wgsl?raw';
import { defineKernel } from '../gpu/kernel';
import { tileThreads } from './tiles';

export const mixValues = defineKernel({
  name: 'mixValues',
  wgsl: [wgsl, grid, tile].join('\n'),
  params: { tokens: 'u32', heads: 'u32', kvHeads: 'u32', dHead: 'u32', columns: 'u32', causal: 'u32', firstOut: 'u32', outTokens: 'u32', firstValue: 'u32', valueTokens: 'u32' },
  reads: ['pattern', 'values'],
  writes: ['mixed'],
  workgroup: 64,
  threads: ({ heads, outTokens, columns, dHead }) => tileThreads(heads, outTokens, columns * dHead),
});
