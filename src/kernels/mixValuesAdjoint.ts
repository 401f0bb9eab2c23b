// The adjoint of mixing by a frozen pattern.

import wgsl from '../../shaders/mixValuesAdjoint.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const mixValuesAdjoint = defineTiledKernel({
  name: 'mixValuesAdjoint',
  wgsl,
  params: {
    tokens: 'u32',
    heads: 'u32',
    kvHeads: 'u32',
    dHead: 'u32',
    columns: 'u32',
    causal: 'u32',
    outTokens: 'u32',
    firstQuery: 'u32',
    queryTokens: 'u32',
  },
  reads: ['a', 'b'],
  writes: ['pulled'],
  rowsAreTokens: true,
  productSize: ({ kvHeads, outTokens, columns, dHead }) => ({
    batch: kvHeads,
    rows: outTokens,
    columns: columns * dHead,
  }),
});
