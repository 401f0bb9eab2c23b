// Products of what stands at queries with what stands at keys, head by head.

import wgsl from '../../shaders/headProducts.wgsl?raw';
import factors from '../../shaders/lib/headsByHeads.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const headProducts = defineTiledKernel({
  name: 'headProducts',
  wgsl: [wgsl, factors].join('\n'),
  params: {
    tokens: 'u32',
    heads: 'u32',
    kvHeads: 'u32',
    dHead: 'u32',
    columns: 'u32',
    causal: 'u32',
    firstToken: 'u32',
    queryTokens: 'u32',
  },
  reads: ['a', 'b'],
  writes: ['products'],
  rowsAreTokens: true,
  productSize: ({ heads, queryTokens, columns, tokens }) => ({
    batch: heads,
    rows: queryTokens * columns,
    columns: tokens,
  }),
});
