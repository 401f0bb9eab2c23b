// Where a push starts: every token its own source.

import wgsl from '../../shaders/diagonalSources.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const diagonalSources = defineKernel({
  name: 'diagonalSources',
  wgsl: [wgsl, grid, staggered].join('\n'),
  params: { elements: 'u32', columns: 'u32', staggered: 'u32', channels: 'u32', firstToken: 'u32', firstSource: 'u32' },
  reads: ['x'],
  writes: ['sources'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
