// The sum of all sources.

import grid from '../../shaders/lib/grid.wgsl?raw';
import wgsl from '../../shaders/sumColumns.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const sumColumns = defineKernel({
  name: 'sumColumns',
  wgsl: [wgsl, grid].join('\n'),
  params: { elements: 'u32', columns: 'u32', channels: 'u32' },
  reads: ['x'],
  writes: ['total'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
