// Nodes of the flow graph in words, for labels, tables and speech. Pure.

import type { FlowEdge, FlowNode } from '../../analysis/flowEdges';
import { nodeOf } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';

/** "head 0.2 at paris (4)", "stream before block 1 at river (2)". */
export function nodeWords(node: FlowNode, graph: FlowGraph, tokens: readonly Token[]): string {
  const at = (token: number) => ` at ${tokens[token]?.piece ?? '?'} (${token})`;
  switch (node.kind) {
    case 'stream':
      return `${streamWords(node.stream, graph.blocks)}${at(node.token)}`;
    case 'head':
      return `head ${node.block}.${node.head}${at(node.token)}`;
    case 'attention':
      return `attention ${node.block}${at(node.token)}`;
    case 'ffn':
      return `FFN ${node.block}${at(node.token)}`;
    case 'bias': {
      const of = node.of === 'end' ? null : nodeOf(node.of, graph);
      return of === null ? 'biases of the end' : `biases into ${nodeWords(of, graph, tokens)}`;
    }
    case 'end':
      return 'the explained number';
  }
}

/** "stream before block 1", "stream after attention 1", "last stream". */
export function streamWords(stream: number, blocks: number): string {
  if (stream === 2 * blocks) return 'last stream';
  return stream % 2 === 0 ? `stream before block ${stream / 2}` : `stream after attention ${(stream - 1) / 2}`;
}

export function edgeWords(edge: FlowEdge, graph: FlowGraph, tokens: readonly Token[]): string {
  return `${nodeWords(edge.from, graph, tokens)} → ${nodeWords(edge.to, graph, tokens)}`;
}
