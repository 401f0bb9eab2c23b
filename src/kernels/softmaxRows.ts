// Attention logits to attention weights.

import wgsl from '../../shaders/softmaxRows.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const softmaxRows = defineRowKernel({
  name: 'softmaxRows',
  wgsl,
  params: { rows: 'u32', tokens: 'u32', causal: 'u32', window: 'u32' },
  reads: [],
  writes: ['pattern'],
  rows: ({ rows }) => rows,
});
