// Products with a matrix of its own for every token.

import factors from '../../shaders/lib/rowsByMatrix.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import wgsl from '../../shaders/linearPerToken.wgsl?raw';
import { areQuads, defineTiledKernel } from './tiles';

const kernelOf = (transposed: 0 | 1) =>
  defineTiledKernel({
    name: 'linearPerToken',
    wgsl: [wgsl, factors, staggered].join('\n'),
    params: { tokens: 'u32', columns: 'u32', staggered: 'u32', inputs: 'u32', outputs: 'u32', skippedOperators: 'u32' },
    reads: ['a', 'b'],
    writes: ['y'],
    constants: { transposed },
    rowsAreTokens: false,
    fitQuads: ({ inputs, outputs }) => areQuads(inputs, transposed ? inputs : outputs),
    productSize: ({ tokens, columns, outputs }) => ({ batch: tokens, rows: columns, columns: outputs }),
  });

/** By the layout of the matrices. */
export const linearPerToken = { inOut: kernelOf(0), outIn: kernelOf(1) };
