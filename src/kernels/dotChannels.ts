// Inner products over the channels.

import wgsl from '../../shaders/dotChannels.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const dotChannels = defineRowKernel({
  name: 'dotChannels',
  wgsl,
  params: { rows: 'u32', columns: 'u32', channels: 'u32', skippedY: 'u32' },
  reads: ['x', 'y'],
  writes: ['products'],
  rows: ({ rows }) => rows,
});
