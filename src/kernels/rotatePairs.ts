// Rotary positions on queries or keys.

import grid from '../../shaders/lib/grid.wgsl?raw';
import wgsl from '../../shaders/rotatePairs.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const rotatePairs = defineKernel({
  name: 'rotatePairs',
  wgsl: [wgsl, grid].join('\n'),
  params: {
    elements: 'u32',
    heads: 'u32',
    dHead: 'u32',
    half: 'u32',
    neighbours: 'u32',
    firstToken: 'u32',
    back: 'u32',
  },
  reads: ['x', 'cosines', 'sines'],
  writes: ['rotated'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
