// The slope of an activation function.

import wgsl from '../../shaders/activationSlope.wgsl?raw';
import activations from '../../shaders/lib/activations.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const activationSlope = defineKernel({
  name: 'activationSlope',
  wgsl: [wgsl, grid, activations, sigmoid].join('\n'),
  params: { elements: 'u32', activation: 'u32' },
  reads: ['z'],
  writes: ['slopes'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
