// Where an exact slice starts: one cotangent a channel.

import grid from '../../shaders/lib/grid.wgsl?raw';
import wgsl from '../../shaders/unitVectors.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const unitVectors = defineKernel({
  name: 'unitVectors',
  wgsl: [wgsl, grid].join('\n'),
  params: { elements: 'u32', channels: 'u32', firstChannel: 'u32' },
  reads: [],
  writes: ['vectors'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
