// The drawn edges as a table, largest first, and the shares of sublayers as one. Pure.

import type { FlowEdge } from '../../analysis/flowEdges';
import type { SublayerShare } from '../../analysis/flowShares';
import type { FlowGraph, Token } from '../../engine/protocol';
import type { Table } from '../shared/table';
import { edgeWords } from './words';

/** "from → to", value, and its share of the explained number. */
export function toTable(edges: readonly FlowEdge[], graph: FlowGraph, tokens: readonly Token[]): Table {
  return {
    header: ['edge', 'value', 'share'],
    rows: edges.map((edge) => [
      edgeWords(edge, graph, tokens),
      edge.value,
      graph.total === 0 ? '' : edge.value / graph.total,
    ]),
  };
}

/** A row a sublayer; its parts add up to the last column. */
export function sharesTable(shares: readonly SublayerShare[], heads: number): Table {
  return {
    header: [
      'behind',
      ...Array.from({ length: heads }, (_, head) => `head ${head}`),
      'sublayer',
      'past',
      'bias',
      'later biases',
      'sum',
    ],
    rows: shares.map((share) => [
      sublayerName(share),
      ...Array.from({ length: heads }, (_, head) => share.heads[head] ?? ''),
      share.through,
      share.past,
      share.bias,
      share.later,
      share.through + share.past + share.bias + share.later,
    ]),
  };
}

export function sublayerName({ block, sublayer }: SublayerShare): string {
  return sublayer === 'attention' ? `attention ${block}` : `FFN ${block}`;
}
