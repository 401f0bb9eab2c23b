// Rows of keys, different in every column, times what stands at the keys.

import wgsl from '../../shaders/contractKeys.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const contractKeys = defineTiledKernel({
  name: 'contractKeys',
  wgsl,
  params: {
    tokens: 'u32',
    heads: 'u32',
    kvHeads: 'u32',
    dHead: 'u32',
    columns: 'u32',
    causal: 'u32',
    firstToken: 'u32',
    queryTokens: 'u32',
    factor: 'f32',
  },
  reads: ['a', 'b'],
  writes: ['contracted'],
  rowsAreTokens: true,
  productSize: ({ heads, queryTokens, columns, dHead }) => ({
    batch: heads,
    rows: queryTokens * columns,
    columns: dHead,
  }),
});
