// The conserved flow graph as a list of edges, for pictures and tables: which are left out below a threshold, and how what stays is scaled so that a
// node passes on what it always did. Pure.

import type { FlowGraph } from '../engine/protocol';

export type FlowNode =
  | { readonly kind: 'stream'; readonly stream: number; readonly token: number }
  | { readonly kind: 'head'; readonly block: number; readonly head: number; readonly token: number }
  /** All heads of a block at one token, folded. */
  | { readonly kind: 'attention'; readonly block: number; readonly token: number }
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
    case 'attention':
    case 'ffn':
      return `${node.kind} ${node.block}.${node.token}`;
    case 'bias':
      return `bias of ${node.of}`;
    case 'end':
      return 'end';
  }
}

/** The node of a name, of this graph; null: there is none. Biases are no nodes to look at. */
export function nodeOf(key: string, { blocks, heads, tokens }: Sizes): FlowNode | null {
  const match = /^(stream|head|attention|ffn) (\d+)\.(\d+)(?:\.(\d+))?$/.exec(key);
  if (match === null) return null;
  const [kind, numbers] = [
    match[1]!,
    match
      .slice(2)
      .filter((part) => part !== undefined)
      .map(Number),
  ];
  const [first, second, third] = numbers as [number, number, number?];
  const token = third ?? second;
  if (token >= tokens || (kind === 'head') !== (third !== undefined)) return null;
  if (kind === 'stream') return first <= 2 * blocks ? { kind, stream: first, token } : null;
  if (first >= blocks) return null;
  if (kind === 'head') return second < heads ? { kind, block: first, head: second, token } : null;
  return { kind: kind as 'attention' | 'ffn', block: first, token };
}

type Sizes = Pick<FlowGraph, 'blocks' | 'heads' | 'tokens'>;

/** What leaves a node, or would if anything read it. */
export function nodeValue(graph: FlowGraph, node: FlowNode): number {
  const { heads, tokens } = graph;
  switch (node.kind) {
    case 'stream':
      return graph.streams[node.stream * tokens + node.token]!;
    case 'head':
      return graph.headOut[(node.block * heads + node.head) * tokens + node.token]!;
    case 'attention': {
      let sum = 0;
      for (let h = 0; h < heads; h++) sum += graph.headOut[(node.block * heads + h) * tokens + node.token]!;
      return sum;
    }
    case 'ffn':
      return graph.ffnOut[node.block * tokens + node.token]!;
    case 'bias':
      return 0;
    case 'end':
      return graph.total;
  }
}

/**
 * Every edge that carries anything, in the order of the blocks. `folds`: where the heads of a block at a token are one node; left out, nowhere. Folded
 * edges are sums of single ones, so nodes and cuts balance as before.
 */
export function flowEdges(
  graph: FlowGraph,
  folds: (block: number, token: number) => boolean = () => false,
): FlowEdge[] {
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
      if (folds(block, token)) {
        const node: FlowNode = { kind: 'attention', block, token };
        const over = (value: (row: number) => number) => {
          let sum = 0;
          for (let head = 0; head < heads; head++) sum += value((block * heads + head) * tokens + token);
          return sum;
        };
        for (let j = 0; j < tokens; j++) {
          add(
            stream(2 * block, j),
            node,
            over((row) => graph.edges[row * tokens + j]!),
          );
        }
        fromBias(
          node,
          over((row) => graph.headBias[row]!),
        );
        add(
          node,
          middle,
          over((row) => graph.headOut[row]!),
        );
      }
      for (let head = 0; head < heads && !folds(block, token); head++) {
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

export interface Drawn {
  /** As they are drawn: by size, largest first. */
  readonly edges: readonly FlowEdge[];
  readonly hidden: number;
  /** What the hidden edges sum to. */
  readonly hiddenSum: number;
  /** Σ|kept| / Σ|all|, before anything is scaled. */
  readonly keptShare: number;
  /** More were strong enough than are drawn. */
  readonly capped: boolean;
}

export interface DrawnOptions {
  /** Least share of the explained number that an edge must carry. */
  readonly least: number;
  readonly scaled: boolean;
  /** Only what passes through this node. */
  readonly focus: string | null;
  readonly most: number;
}

/** What of a graph's edges is drawn: the strong ones, at most `most` of them, scaled if wished, and of these what passes through the focus. */
export function drawnEdges(all: readonly FlowEdge[], total: number, options: DrawnOptions): Drawn {
  const size = ({ value }: FlowEdge) => Math.abs(value);
  const strong = strongEdges(all, total, options.least).sort((a, b) => size(b) - size(a));
  const left = strong.slice(0, options.most);
  const scaled = options.scaled ? renormalised(left, all) : left;
  const edges = options.focus === null ? scaled : passing(scaled, options.focus);
  const kept = new Set(options.focus === null ? left : passing(left, options.focus));
  const [whole, shown] = [sum(all.map(size)), sum([...kept].map(size))];
  return {
    edges,
    hidden: all.length - kept.size,
    hiddenSum: sum(all.filter((edge) => !kept.has(edge)).map(({ value }) => value)),
    keptShare: whole === 0 ? 0 : shown / whole,
    capped: strong.length > left.length,
  };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The edges that lead to a node or away from it, over any number of steps. */
export function passing(edges: readonly FlowEdge[], key: string): FlowEdge[] {
  const [into, out] = [new Map<string, FlowEdge[]>(), new Map<string, FlowEdge[]>()];
  const list = (map: Map<string, FlowEdge[]>, at: string, edge: FlowEdge) => {
    const there = map.get(at);
    if (there === undefined) map.set(at, [edge]);
    else there.push(edge);
  };
  for (const edge of edges) {
    list(into, nodeKey(edge.to), edge);
    list(out, nodeKey(edge.from), edge);
  }
  const found = new Set<FlowEdge>();
  const follow = (next: Map<string, FlowEdge[]>, end: (edge: FlowEdge) => FlowNode) => {
    const seen = new Set([key]);
    const waiting = [key];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const edge of next.get(at) ?? []) {
        found.add(edge);
        const other = nodeKey(end(edge));
        if (seen.has(other)) continue;
        seen.add(other);
        waiting.push(other);
      }
    }
  };
  follow(into, ({ from }) => from);
  follow(out, ({ to }) => to);
  return edges.filter((edge) => found.has(edge));
}

/** Node → what enters it. */
function entering(edges: readonly FlowEdge[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { to, value } of edges) sums.set(nodeKey(to), (sums.get(nodeKey(to)) ?? 0) + value);
  return sums;
}
