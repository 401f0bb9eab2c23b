// What a soft cap of attention's logits passes of a cotangent.

import wgsl from '../../shaders/capSlopes.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const capSlopes = defineKernel({
  name: 'capSlopes',
  wgsl: [wgsl, grid, sigmoid].join('\n'),
  params: { elements: 'u32', cap: 'f32' },
  reads: ['scores'],
  writes: ['slopes'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
