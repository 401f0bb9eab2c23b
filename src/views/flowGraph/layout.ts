// Geometry of the flow graph: tokens from left to right, the model from the bottom (input) to the top (the explained number), biases at the right.
// Attention and FFN stand a little right of their token's stream, so that what passes them by is a straight line. Pure.

import { type FlowEdge, type FlowNode, nodeKey } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import { columnsOf } from '../shared/tokenText';

export interface FlowFrame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Distance of two tokens, and half the height of a block. */
  readonly column: number;
  readonly gap: number;
  readonly plotWidth: number;
  readonly plotHeight: number;
  /** Left end of the lane of biases. */
  readonly lane: number;
  readonly laneWidth: number;
}

export interface PlacedNode {
  readonly key: string;
  readonly node: FlowNode;
  readonly x: number;
  readonly y: number;
  /** From the bottom; nodes of one row are left and right of each other for the arrow keys. */
  readonly row: number;
}

export interface PlacedEdge {
  readonly edge: FlowEdge;
  readonly path: string;
  /** Pixels. */
  readonly width: number;
  /** x, y, x, y …: places on the line, for finding what the pointer is at. */
  readonly points: readonly number[];
}

const left = 52;
const end = 34;
const leastColumn = 15;
const mostColumn = 64;
const mostColumnAlone = 112;
const leastGap = 22;
const mostGap = 72;
const headGap = 10;

/** Characters of a token under its column. */
export const LONGEST = 12;

/** `height`: of the room there is, where the picture may take all of it; else the height suits the number of blocks. */
export function flowFrame(
  graph: FlowGraph,
  width: number,
  pieces: readonly Token[],
  height: number | null = null,
): FlowFrame {
  const { blocks, tokens } = graph;
  const laneWidth = 56;
  const longest = Math.max(2, ...pieces.map(({ piece }) => Math.min(LONGEST, columnsOf(piece))));
  const labelHeight = Math.ceil(16 + 5.4 * longest); // mono, 10 px, at 60°
  const most = height === null ? mostColumn : mostColumnAlone;
  const column = Math.max(leastColumn, Math.min(most, Math.floor((width - left - laneWidth - 12) / tokens)));
  const usual = blocks <= 4 ? 46 : blocks <= 8 ? 34 : 26;
  const gap =
    height === null
      ? usual
      : Math.max(leastGap, Math.min(mostGap, Math.floor((height - end - 12 - labelHeight) / (2 * blocks))));
  const plotWidth = column * tokens;
  const plotHeight = 2 * blocks * gap;
  return {
    width: left + plotWidth + 8 + laneWidth + 4,
    height: end + plotHeight + 12 + labelHeight,
    left,
    top: end,
    column,
    gap,
    plotWidth,
    plotHeight,
    lane: left + plotWidth + 8,
    laneWidth,
  };
}

/** Middle of a token's column. */
export const tokenX = (frame: FlowFrame, token: number): number => frame.left + (token + 0.5) * frame.column;
// Where things stand within a block, in gaps from its bottom. Attention has most of the height, since only its lines go sideways: the flatter they
// lie, the less they can be told apart.
const attentionAt = 0.9;
const middleAt = 1.26;
const ffnAt = 1.63;

const blockBottom = (frame: FlowFrame, block: number): number => frame.top + frame.plotHeight - 2 * block * frame.gap;
/** Height of a stream: even ones between blocks, odd ones behind the attention of theirs. */
export const streamY = (frame: FlowFrame, stream: number): number =>
  blockBottom(frame, Math.floor(stream / 2)) - (stream % 2 === 0 ? 0 : middleAt * frame.gap);
/** Middle of a block. */
export const blockY = (frame: FlowFrame, block: number): number => blockBottom(frame, block) - frame.gap;
const attentionY = (frame: FlowFrame, block: number): number => blockBottom(frame, block) - attentionAt * frame.gap;
const ffnY = (frame: FlowFrame, block: number): number => blockBottom(frame, block) - ffnAt * frame.gap;

/** Where a node stands; biases stand beside what they go into. */
export function placeNode(frame: FlowFrame, graph: FlowGraph, node: FlowNode): { x: number; y: number; row: number } {
  const beside = Math.min(0.3 * frame.column, 14);
  switch (node.kind) {
    case 'stream':
      return { x: tokenX(frame, node.token), y: streamY(frame, node.stream), row: 2 * node.stream };
    case 'attention':
      return {
        x: tokenX(frame, node.token) + beside,
        y: attentionY(frame, node.block),
        row: 4 * node.block + 1,
      };
    case 'head': {
      const half = ((graph.heads - 1) / 2) * headGap;
      const [first, last] = [frame.left + half + 4, frame.left + frame.plotWidth - half - 4];
      const middle = Math.max(first, Math.min(last, tokenX(frame, node.token) + beside));
      return {
        x: middle - half + node.head * headGap,
        y: attentionY(frame, node.block),
        row: 4 * node.block + 1,
      };
    }
    case 'ffn':
      return {
        x: tokenX(frame, node.token) + beside,
        y: ffnY(frame, node.block),
        row: 4 * node.block + 3,
      };
    case 'bias':
      return { x: 0, y: 0, row: -1 };
    case 'end':
      return { x: tokenX(frame, endToken(graph)), y: 14, row: 4 * graph.blocks + 2 };
  }
}

/** The token that brings most of the explained number. */
export function endToken({ blocks, tokens, streams }: FlowGraph): number {
  let best = 0;
  const size = (token: number) => Math.abs(streams[2 * blocks * tokens + token]!);
  for (let token = 1; token < tokens; token++) if (size(token) > size(best)) best = token;
  return best;
}

/** Every node that a drawn edge touches, biases apart, from the bottom and the left. */
export function placeNodes(frame: FlowFrame, graph: FlowGraph, edges: readonly FlowEdge[]): PlacedNode[] {
  const placed = new Map<string, PlacedNode>();
  for (const node of edges.flatMap(({ from, to }) => [from, to])) {
    const key = nodeKey(node);
    if (node.kind !== 'bias' && !placed.has(key)) placed.set(key, { key, node, ...placeNode(frame, graph, node) });
  }
  return [...placed.values()].sort((a, b) => a.row - b.row || a.x - b.x);
}

/** `scale`: the size that is drawn at full width. */
export function placeEdge(frame: FlowFrame, graph: FlowGraph, edge: FlowEdge, scale: number): PlacedEdge {
  const most = Math.min(0.45 * frame.column, 14);
  const width = scale === 0 ? 0.6 : Math.max(0.6, Math.min(most, (most * Math.abs(edge.value)) / scale));
  const to = placeNode(frame, graph, edge.to);
  if (edge.from.kind === 'bias') {
    const reach = Math.max(7, Math.min(0.34 * frame.column, 14));
    const start = { x: to.x + reach, y: to.y + 5 };
    return { edge, width, path: `M${px(start.x)} ${px(start.y)}L${px(to.x)} ${px(to.y)}`, points: line(start, to) };
  }
  const from = placeNode(frame, graph, edge.from);
  const middle = (from.y + to.y) / 2;
  return {
    edge,
    width,
    path: `M${px(from.x)} ${px(from.y)}C${px(from.x)} ${px(middle)} ${px(to.x)} ${px(middle)} ${px(to.x)} ${px(to.y)}`,
    points: curve(from, to),
  };
}

/** A node's shape about its place: stream ●, attention ◆, FFN ■. */
export function outline(kind: FlowNode['kind']): string {
  if (kind === 'attention' || kind === 'head') return 'M0-5L5 0L0 5L-5 0Z';
  if (kind === 'ffn') return 'M-3.5-3.5h7v7h-7Z';
  const r = kind === 'end' ? 6 : 3;
  return `M${-r} 0a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`;
}

type Point = { readonly x: number; readonly y: number };
const px = (value: number): number => Math.round(value * 10) / 10;

function line(from: Point, to: Point): number[] {
  return [0, 0.5, 1].flatMap((t) => [from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t]);
}

/** Places on the cubic curve whose handles are vertical. */
function curve(from: Point, to: Point): number[] {
  return Array.from({ length: 13 }, (_, k) => k / 12).flatMap((t) => {
    const across = t * t * (3 - 2 * t);
    const up = 1.5 * t - 1.5 * t * t + t ** 3; // y: from, middle, middle, to
    return [from.x + (to.x - from.x) * across, from.y + (to.y - from.y) * up];
  });
}

/** The edge nearest to a place, within `reach` pixels; a node's own rim is not an edge's. */
export function edgeAt(edges: readonly PlacedEdge[], x: number, y: number, reach = 6): PlacedEdge | null {
  let best: PlacedEdge | null = null;
  let nearest = reach;
  for (const placed of edges) {
    const { points } = placed;
    for (let at = 0; at + 3 < points.length; at += 2) {
      const distance = toSegment(x, y, points[at]!, points[at + 1]!, points[at + 2]!, points[at + 3]!);
      const outside = Math.max(0, distance - placed.width / 2);
      if (outside >= nearest) continue;
      nearest = outside;
      best = placed;
      if (outside === 0) return placed; // largest first: the one on top is the one that is seen
    }
  }
  return best;
}

function toSegment(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The node that an arrow key leads to: the neighbour in the row, or the nearest of the next row. The node itself where there is none. */
export function neighbour(nodes: readonly PlacedNode[], from: PlacedNode, arrow: Arrow): PlacedNode {
  if (arrow === 'ArrowLeft' || arrow === 'ArrowRight') {
    const row = nodes.filter((node) => node.row === from.row);
    const at = row.findIndex(({ key }) => key === from.key);
    return row[at + (arrow === 'ArrowLeft' ? -1 : 1)] ?? from;
  }
  const beyond = nodes.filter((node) => (arrow === 'ArrowUp' ? node.row > from.row : node.row < from.row));
  if (beyond.length === 0) return from;
  const rows = beyond.map(({ row }) => row);
  const next = arrow === 'ArrowUp' ? Math.min(...rows) : Math.max(...rows);
  return beyond
    .filter(({ row }) => row === next)
    .reduce((best, node) => (Math.abs(node.x - from.x) < Math.abs(best.x - from.x) ? node : best));
}

export interface LaneBar {
  /** What the biases go into: stream s + 1 and the sublayer before it; the last is the end. */
  readonly name: string;
  readonly value: number;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

/** The lane of biases: what they bring to each sublayer with its stream, summed over tokens and heads. */
export function laneBars(
  frame: FlowFrame,
  graph: FlowGraph,
): { readonly bars: readonly LaneBar[]; readonly zero: number } {
  const { blocks, heads, tokens } = graph;
  const total = (values: ArrayLike<number>, index: number, length: number) => {
    let sum = 0;
    for (let at = index * length; at < (index + 1) * length; at++) sum += values[at]!;
    return sum;
  };
  const entries = Array.from({ length: blocks }, (_, b) => [
    {
      name: `attention ${b}`,
      value: total(graph.headBias, b, heads * tokens) + total(graph.streamBias, 2 * b, tokens),
      y: attentionY(frame, b),
    },
    {
      name: `FFN ${b}`,
      value: total(graph.ffnBias, b, tokens) + total(graph.streamBias, 2 * b + 1, tokens),
      y: ffnY(frame, b),
    },
  ]).flat();
  entries.push({ name: 'the end', value: graph.endBias, y: 14 });
  const values = entries.map(({ value }) => value);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const place = (value: number) =>
    frame.lane + (high === low ? 0 : ((value - low) / (high - low)) * (frame.laneWidth - 4));
  const zero = place(0);
  return {
    zero,
    bars: entries.map((entry) => ({
      ...entry,
      from: Math.min(zero, place(entry.value)),
      to: Math.max(zero, place(entry.value)),
    })),
  };
}
