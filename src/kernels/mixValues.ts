// Values mixed by a frozen pattern.

import staggered from '../../shaders/lib/staggered.wgsl?raw';
import wgsl from '../../shaders/mixValues.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const mixValues = defineTiledKernel({
  name: 'mixValues',
  wgsl: [wgsl, staggered].join('\n'),
  params: {
    tokens: 'u32',
    heads: 'u32',
    kvHeads: 'u32',
    dHead: 'u32',
    columns: 'u32',
    causal: 'u32',
    firstOut: 'u32',
    outTokens: 'u32',
    firstValue: 'u32',
    valueTokens: 'u32',
    staggered: 'u32',
  },
  reads: ['a', 'b'],
  writes: ['mixed'],
  rowsAreTokens: true,
  productSize: ({ heads, outTokens, columns, dHead }) => ({ batch: heads, rows: outTokens, columns: columns * dHead }),
});
