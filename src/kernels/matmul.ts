// Products with a weight matrix, and what is done to them before they are stored.

import factors from '../../shaders/lib/rowsByMatrix.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import wgsl from '../../shaders/matmul.wgsl?raw';
import { areQuads, defineTiledKernel } from './tiles';

const kernelOf = (transposed: 0 | 1, storage: 'f32' | 'f16') =>
  defineTiledKernel({
    name: 'matmul',
    wgsl: [wgsl, factors, staggered].join('\n'),
    params: {
      rows: 'u32',
      inner: 'u32',
      columns: 'u32',
      inputs: 'u32',
      firstInput: 'u32',
      outputs: 'u32',
      firstOutput: 'u32',
      accumulate: 'u32',
      hasBias: 'u32',
      firstA: 'u32',
      rowsA: 'u32',
      hasFactor: 'u32',
      factor: 'f32',
      firstToken: 'u32',
      rowsPerToken: 'u32',
      staggered: 'u32',
      firstAdded: 'u32',
      rowsAdded: 'u32',
    },
    reads: ['a', 'b', 'bias', 'coefficients', 'added'],
    writes: ['c'],
    storage,
    constants: { transposed },
    rowsAreTokens: false,
    fitQuads: ({ inputs, firstInput, inner, columns }) => areQuads(inputs, firstInput, transposed ? inner : columns),
    productSize: ({ rows, columns }) => ({ batch: 1, rows, columns }),
  });

/** By how the matrix is stored, and by its layout. */
export const matmul = {
  f32: { inOut: kernelOf(0, 'f32'), outIn: kernelOf(1, 'f32') },
  f16: { inOut: kernelOf(0, 'f16'), outIn: kernelOf(1, 'f16') },
};
