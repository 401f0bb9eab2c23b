// What a gate is frozen to.

import wgsl from '../../shaders/gateCoefficients.wgsl?raw';
import activations from '../../shaders/lib/activations.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const gateCoefficients = defineKernel({
  name: 'gateCoefficients',
  wgsl: [wgsl, grid, activations, sigmoid].join('\n'),
  params: { elements: 'u32', activation: 'u32' },
  reads: ['g', 'u'],
  writes: ['up', 'gate'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
