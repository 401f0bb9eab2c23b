// Nodes of the flow graph in words, for labels, tables and speech. Pure.

import { type FlowEdge, type FlowNode, nodeKey, nodeOf, nodeValue } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import { formatPercent, formatSigned } from '../shared/numbers';
import { around } from './picture';

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

/** A node's name and value, and the largest edges that enter and leave it. */
export function nodeLines(
  node: FlowNode,
  graph: FlowGraph,
  all: readonly FlowEdge[],
  tokens: readonly Token[],
): string[] {
  const { entering, leaving } = around(all, nodeKey(node));
  const some = (edges: readonly FlowEdge[], end: (edge: FlowEdge) => FlowNode) =>
    edges
      .slice(0, 3)
      .map((edge) => `${formatSigned(edge.value)} ${nodeWords(end(edge), graph, tokens)}`)
      .join(', ');
  return [
    `${nodeWords(node, graph, tokens)}: ${formatSigned(nodeValue(graph, node))}`,
    ...(entering.length > 0 ? [`in: ${some(entering, ({ from }) => from)}`] : []),
    ...(leaving.length > 0 ? [`out: ${some(leaving, ({ to }) => to)}`] : []),
  ];
}

export function edgeLines(edge: FlowEdge, graph: FlowGraph, tokens: readonly Token[]): string[] {
  const share = graph.total === 0 ? 0 : edge.value / graph.total;
  return [edgeWords(edge, graph, tokens), `${formatSigned(edge.value)}, ${formatPercent(share)} of the number`];
}
