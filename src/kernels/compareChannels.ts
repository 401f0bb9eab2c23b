// Inner products and distances over the channels.

import wgsl from '../../shaders/compareChannels.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const compareChannels = defineRowKernel({
  name: 'compareChannels',
  wgsl: [wgsl, staggered].join('\n'),
  params: { rows: 'u32', columns: 'u32', staggered: 'u32', channels: 'u32', skippedY: 'u32', measure: 'u32' },
  reads: ['x', 'y'],
  writes: ['compared'],
  rows: ({ rows }) => rows,
});

/** What is summed over the channels: x y, |x − y|, (x − y)². */
export const channelMeasures = { product: 0, distance: 1, squaredDistance: 2 } as const;
