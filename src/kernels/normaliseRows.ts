// What a norm is frozen to, 1 / σ of every token, and its value.

import wgsl from '../../shaders/normaliseRows.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const normaliseRows = defineRowKernel({
  name: 'normaliseRows',
  wgsl,
  params: { tokens: 'u32', channels: 'u32', subtractMean: 'u32', eps: 'f32', hasBias: 'u32', hasAdded: 'u32' },
  reads: ['x', 'gain', 'bias', 'added'],
  writes: ['sigma', 'y'],
  rows: ({ tokens }) => tokens,
});
