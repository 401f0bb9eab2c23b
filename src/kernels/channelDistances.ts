// Distances over the channels, by sizes or by squares.

import wgsl from '../../shaders/channelDistances.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const channelDistances = defineRowKernel({
  name: 'channelDistances',
  wgsl,
  params: { rows: 'u32', columns: 'u32', channels: 'u32', skippedY: 'u32', squared: 'u32' },
  reads: ['x', 'y'],
  writes: ['apart'],
  rows: ({ rows }) => rows,
});
