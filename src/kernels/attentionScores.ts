// Logits of attention.

import wgsl from '../../shaders/attentionScores.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const attentionScores = defineTiledKernel({
  name: 'attentionScores',
  wgsl,
  params: { tokens: 'u32', heads: 'u32', kvHeads: 'u32', dHead: 'u32', causal: 'u32', scale: 'f32' },
  reads: ['q', 'k'],
  writes: ['scores'],
  rowsAreTokens: true,
  productSize: ({ heads, tokens }) => ({ batch: heads, rows: tokens, columns: tokens }),
});
