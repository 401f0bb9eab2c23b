// The conserved flow graph as a list of edges, for pictures and tables: which are left out below a threshold, and how what stays is scaled so that a
// node passes on what it always did. Pure.

import type { FlowGraph } from '../engine/protocol';

export type FlowNode =
  | { readonly kind: 'stream'; readonly stream: number; readonly token: number }
  | { readonly kind: 'head'; readonly block: number; readonly head: number; readonly token: number }
  | { readonly kind: 'ffn'; readonly block: number; readonly token: number }
  /** What biases bring to one node. */
  | { readonly kind: 'bias'; readonly of: string }
  /** The explained number. */
  | { readonly kind: 'end' };

export interface FlowEdge {
  readonly from: FlowNode;
  readonly to: FlowNode;
  readonly value: number;
}

/** "stream 3.5", "head 0.2.5", "ffn 0.5", "end": one name for one node. */
export function nodeKey(node: FlowNode): string {
  switch (node.kind) {
    case 'stream':
      return `stream ${node.stream}.${node.token}`;
    case 'head':
      return `head ${node.block}.${node.head}.${node.token}`;
    case 'ffn':
      return `ffn ${node.block}.${node.token}`;
    case 'bias':
      return `bias of ${node.of}`;
    case 'end':
      return 'end';
  }
}

/** Every edge that carries anything, in the order of the blocks. */
export function flowEdges(graph: FlowGraph): FlowEdge[] {
  const { blocks, heads, tokens } = graph;
  const list: FlowEdge[] = [];
  const add = (from: FlowNode, to: FlowNode, value: number) => {
    if (value !== 0) list.push({ from, to, value });
  };
  const fromBias = (to: FlowNode, value: number) => add({ kind: 'bias', of: nodeKey(to) }, to, value);
  const stream = (s: number, token: number): FlowNode => ({ kind: 'stream', stream: s, token });
  for (let block = 0; block < blocks; block++) {
    for (let token = 0; token < tokens; token++) {
      const [before, middle, after] = [
        stream(2 * block, token),
        stream(2 * block + 1, token),
        stream(2 * block + 2, token),
      ];
      for (let head = 0; head < heads; head++) {
        const row = (block * heads + head) * tokens + token;
        const node: FlowNode = { kind: 'head', block, head, token };
        for (let j = 0; j < tokens; j++) add(stream(2 * block, j), node, graph.edges[row * tokens + j]!);
        fromBias(node, graph.headBias[row]!);
        add(node, middle, graph.headOut[row]!);
      }
      const ffn: FlowNode = { kind: 'ffn', block, token };
      const at = block * tokens + token;
      add(before, middle, graph.residual[2 * block * tokens + token]!);
      fromBias(middle, graph.streamBias[2 * block * tokens + token]!);
      add(graph.ffnReads[block] === 1 ? middle : before, ffn, graph.ffnIn[at]!);
      fromBias(ffn, graph.ffnBias[at]!);
      add(ffn, after, graph.ffnOut[at]!);
      add(middle, after, graph.residual[(2 * block + 1) * tokens + token]!);
      fromBias(after, graph.streamBias[(2 * block + 1) * tokens + token]!);
    }
  }
  for (let token = 0; token < tokens; token++)
    add(stream(2 * blocks, token), { kind: 'end' }, graph.streams[2 * blocks * tokens + token]!);
  fromBias({ kind: 'end' }, graph.endBias);
  return list;
}

/** The edges of at least this share of the explained number, by size. */
export function strongEdges(edges: readonly FlowEdge[], total: number, share: number): FlowEdge[] {
  return edges.filter(({ value }) => Math.abs(value) >= share * Math.abs(total));
}

/**
 * The edges that are left, scaled at every node they enter so that they sum to what all of `all` brought it: nothing of a node's value is lost to the
 * threshold. Where those left sum to nothing, or against it, they stay as they are.
 */
export function renormalised(left: readonly FlowEdge[], all: readonly FlowEdge[]): FlowEdge[] {
  const [before, after] = [entering(all), entering(left)];
  return left.map((edge) => {
    const key = nodeKey(edge.to);
    const factor = before.get(key)! / after.get(key)!;
    return Number.isFinite(factor) && factor > 0 ? { ...edge, value: edge.value * factor } : edge;
  });
}

/** Node → what enters it. */
function entering(edges: readonly FlowEdge[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { to, value } of edges) sums.set(nodeKey(to), (sums.get(nodeKey(to)) ?? 0) + value);
  return sums;
}
