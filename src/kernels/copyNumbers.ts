// A run of numbers copied from one array into another.

import wgsl from '../../shaders/copyNumbers.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const copyNumbers = defineKernel({
  name: 'copyNumbers',
  wgsl: [wgsl, grid].join('\n'),
  params: { elements: 'u32', firstFrom: 'u32', firstTo: 'u32' },
  reads: ['origin'],
  writes: ['copied'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
