// Rows of keys, different in every column, times what stands at the queries.

import wgsl from '../../shaders/contractQueries.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const contractQueries = defineTiledKernel({
  name: 'contractQueries',
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
    outTokens: 'u32',
    factor: 'f32',
  },
  reads: ['a', 'b'],
  writes: ['contracted'],
  rowsAreTokens: true,
  productSize: ({ kvHeads, outTokens, columns, dHead }) => ({
    batch: kvHeads * columns,
    rows: outTokens,
    columns: dHead,
  }),
});
