// Replies about the flow graph.

import * as v from 'valibot';
import type { FlowGraph } from '../protocol';
import { floats, index, number, provenance, scored, text } from './values';

export const flowGraph = v.pipe(
  v.object({
    graph: v.object({
      blocks: index,
      heads: index,
      tokens: index,
      streams: floats,
      residual: floats,
      streamBias: floats,
      edges: floats,
      headBias: floats,
      headOut: floats,
      ffnIn: floats,
      ffnBias: floats,
      ffnOut: floats,
      ffnReads: v.array(v.picklist([0, 1])),
      endBias: number,
      total: number,
    }),
    explains: text,
    residuals: v.object({ nodes: number, cuts: number }),
    provenance,
  }),
  v.check(({ graph }) => flowGraphFits(graph), 'a flow graph of the wrong size'),
);

export const component = v.object({ promotes: scored, suppresses: scored, length: number });

/** Every array has the size that the graph's shape gives it. */
function flowGraphFits(graph: FlowGraph): boolean {
  const { blocks, heads, tokens } = graph;
  const sizes: readonly (readonly [number, ...(readonly { readonly length: number }[])])[] = [
    [(2 * blocks + 1) * tokens, graph.streams],
    [2 * blocks * tokens, graph.residual, graph.streamBias],
    [blocks * heads * tokens ** 2, graph.edges],
    [blocks * heads * tokens, graph.headBias, graph.headOut],
    [blocks * tokens, graph.ffnIn, graph.ffnBias, graph.ffnOut],
    [blocks, graph.ffnReads],
  ];
  return sizes.every(([size, ...arrays]) => arrays.every(({ length }) => length === size));
}
