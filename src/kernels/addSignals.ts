// The sum of two windows.

import wgsl from '../../shaders/addSignals.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import { defineKernel } from '../gpu/kernel';

export const addSignals = defineKernel({
  name: 'addSignals',
  wgsl: [wgsl, grid].join('\n'),
  params: {
    elements: 'u32',
    tokenSize: 'u32',
    firstToken: 'u32',
    firstX: 'u32',
    tokensX: 'u32',
    firstY: 'u32',
    tokensY: 'u32',
  },
  reads: ['x', 'y'],
  writes: ['sum'],
  workgroup: 64,
  threads: ({ elements }) => elements,
});
