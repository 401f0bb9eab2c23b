// Products of queries and kept keys to attention weights.

import sigmoid from '../../shaders/lib/sigmoid.wgsl?raw';
import wgsl from '../../shaders/weighKeys.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const weighKeys = defineRowKernel({
  name: 'weighKeys',
  wgsl: [wgsl, sigmoid].join('\n'),
  params: {
    rows: 'u32',
    heads: 'u32',
    keys: 'u32',
    firstToken: 'u32',
    window: 'u32',
    scale: 'f32',
    softCap: 'f32',
    hasSlopes: 'u32',
  },
  reads: ['products', 'slopes'],
  writes: ['weights'],
  rows: ({ rows }) => rows,
});
