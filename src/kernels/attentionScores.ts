// Logits of attention.

import grid from '../../shaders/lib/grid.wgsl?raw';
import tile from '../../shaders/lib/tile.wgsl?raw';
import wgsl from '../../shaders/attentionScores.wgsl?raw';
import { defineKernel } from '../gpu/kernel';
import { tileThreads } from './tiles';

export const attentionScores = defineKernel({
  name: 'attentionScores',
  wgsl: [wgsl, grid, tile].join('\n'),
  params: { tokens: 'u32', heads: 'u32', kvHeads: 'u32', dHead: 'u32', causal: 'u32', scale: 'f32' },
  reads: ['q', 'k'],
  writes: ['scores'],
  workgroup: 64,
  threads: ({ heads, tokens }) => tileThreads(heads, tokens, tokens),
});
