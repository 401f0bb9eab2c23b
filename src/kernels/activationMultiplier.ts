// What an activation function is frozen to.

import wgsl from '../../shaders/activationMultiplier.wgsl?raw';
import activations from '../../shaders/lib/activations.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const activationMultiplier = defineKernel({
  name: 'activationMultiplier',
  wgsl: [wgsl, grid, activations, sigmoid].join('\n'),
  params: { elements: 'u32', activation: 'u32' },
  reads: ['z'],
  writes: ['multiplier'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
