// What an activation function is frozen to, and its value.

import wgsl from '../../shaders/activateEntries.wgsl?raw';
import activations from '../../shaders/lib/activations.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const activateEntries = defineKernel({
  name: 'activateEntries',
  wgsl: [wgsl, grid, activations, sigmoid].join('\n'),
  params: { elements: 'u32', activation: 'u32' },
  reads: ['z'],
  writes: ['multiplier', 'y'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
