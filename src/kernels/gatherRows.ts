// Rows of an embedding table.

import wgsl from '../../shaders/gatherRows.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import weights from '../../shaders/lib/weights.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

const kernelOf = (halves: 0 | 1) =>
  defineKernel({
    name: 'gatherRows',
    wgsl: [wgsl, grid, weights].join('\n'),
    params: { elements: 'u32', channels: 'u32', firstRow: 'u32', rows: 'u32' },
    reads: ['weights', 'indices'],
    writes: ['gathered'],
    constants: { halves },
    workgroup: 64,
    threads: ({ elements }) => elements,
  });

/** By how the table is stored. */
export const gatherRows = { f32: kernelOf(0), f16: kernelOf(1) };
