// Logits of attention.

import wgsl from '../../shaders/attentionScores.wgsl?raw';
import factors from '../../shaders/lib/headsByHeads.wgsl?raw';
import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const attentionScores = defineTiledKernel({
  name: 'attentionScores',
  wgsl: [wgsl, factors, sigmoid].join('\n'),
  params: {
    tokens: 'u32',
    heads: 'u32',
    kvHeads: 'u32',
    dHead: 'u32',
    causal: 'u32',
    window: 'u32',
    scale: 'f32',
    softCap: 'f32',
    hasSlopes: 'u32',
  },
  reads: ['a', 'b', 'slopes'],
  writes: ['scores'],
  rowsAreTokens: true,
  productSize: ({ heads, tokens }) => ({ batch: heads, rows: tokens, columns: tokens }),
});
