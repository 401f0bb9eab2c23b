// What each query head sees of a token, a column a head.

import wgsl from '../../shaders/headsApart.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const headsApart = defineKernel({
  name: 'headsApart',
  wgsl: [wgsl, grid].join('\n'),
  params: { elements: 'u32', heads: 'u32', kvHeads: 'u32', dHead: 'u32' },
  reads: ['values'],
  writes: ['apart'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
