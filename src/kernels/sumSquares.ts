// Squared norms over the channels.

import wgsl from '../../shaders/sumSquares.wgsl?raw';
import { defineRowKernel } from './rowKernel';

export const sumSquares = defineRowKernel({
  name: 'sumSquares',
  wgsl,
  params: { rows: 'u32', channels: 'u32' },
  reads: ['x'],
  writes: ['squares'],
  rows: ({ rows }) => rows,
});
