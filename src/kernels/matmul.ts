// Products with a weight matrix.

import wgsl from '../../shaders/matmul.wgsl?raw';
import { defineTiledKernel } from './tiles';

const inLayout = (transposed: 0 | 1) =>
  defineTiledKernel({
    name: 'matmul',
    wgsl,
    params: { rows: 'u32', inner: 'u32', columns: 'u32', hasBias: 'u32' },
    reads: ['a', 'b', 'bias'],
    writes: ['c'],
    constants: { transposed },
    rowsAreTokens: false,
    productSize: ({ rows, columns }) => ({ batch: 1, rows, columns }),
  });

/** By the layout of b in memory. */
export const matmul = { inOut: inLayout(0), outIn: inLayout(1) };
