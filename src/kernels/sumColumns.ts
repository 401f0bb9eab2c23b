// The sum of all sources.

import grid from '../../shaders/lib/grid.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import wgsl from '../../shaders/sumColumns.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const sumColumns = defineKernel({
  name: 'sumColumns',
  wgsl: [wgsl, grid, staggered].join('\n'),
  params: { elements: 'u32', columns: 'u32', staggered: 'u32', channels: 'u32' },
  reads: ['x'],
  writes: ['total'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
