// Rows of an embedding table.

import wgsl from '../../shaders/gatherRows.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const gatherRows = defineKernel({
  name: 'gatherRows',
  wgsl: [wgsl, grid].join('\n'),
  params: { elements: 'u32', channels: 'u32' },
  reads: ['table', 'indices'],
  writes: ['gathered'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
