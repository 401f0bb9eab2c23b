// Contributions of sources that have met once.

import wgsl from '../../shaders/expandSources.wgsl?raw';
import staggered from '../../shaders/lib/staggered.wgsl?raw';
import { defineTiledKernel } from './tiles';

export const expandSources = defineTiledKernel({
  name: 'expandSources',
  wgsl: [wgsl, staggered].join('\n'),
  params: {
    tokens: 'u32',
    heads: 'u32',
    sources: 'u32',
    channels: 'u32',
    firstOut: 'u32',
    outTokens: 'u32',
    firstSource: 'u32',
    skippedOwn: 'u32',
    hasOwn: 'u32',
    hasScales: 'u32',
    staggered: 'u32',
  },
  reads: ['a', 'b', 'own', 'scales'],
  writes: ['expanded'],
  rowsAreTokens: true,
  productSize: ({ sources, outTokens, channels }) => ({ batch: sources, rows: outTokens, columns: channels }),
});
