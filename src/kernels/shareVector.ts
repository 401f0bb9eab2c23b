// One vector a token, shared out over its columns.

import wgsl from '../../shaders/shareVector.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const shareVector = defineRowKernel({
  name: 'shareVector',
  wgsl,
  params: { rows: 'u32', columns: 'u32', channels: 'u32', skipped: 'u32', measure: 'u32' },
  reads: ['x', 'measured', 'vector'],
  writes: ['spread'],
  rows: ({ rows }) => rows,
});
