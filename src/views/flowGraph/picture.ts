// What the page's picture and the exported one have in common: from a graph and what the reader chose to placed edges and nodes. Pure.

import {
  type Drawn,
  drawnEdges,
  type FlowEdge,
  flowEdges,
  nodeKey,
  nodeOf,
  passing,
  strongEdges,
} from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import {
  type FlowFrame,
  flowFrame,
  type LaneBar,
  laneBars,
  type PlacedEdge,
  type PlacedNode,
  placeEdge,
  placeNodes,
} from './layout';

/** Lines beyond this are no picture any more, and slow. */
export const MOST_EDGES = 2500;

/** Least shares that can be chosen, in thousandths of the explained number. */
export const LEAST_STEPS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500] as const;
/** Lines that can still be told apart: of all 12 blocks and 32 tokens about the tenth part. */
const MOST_UNASKED = 400;
const leastUnasked = 20;

export interface FlowChoice {
  /** Least share of the explained number, in thousandths; null: what leaves few enough lines to be told apart. */
  readonly least: number | null;
  readonly scaled: boolean;
  /** Opened node by its name. */
  readonly node: string | null;
  readonly focus: boolean;
}

export interface FlowPicture {
  readonly frame: FlowFrame;
  /** Least share of the explained number that is drawn, in thousandths. */
  readonly least: number;
  readonly drawn: Drawn;
  readonly edges: readonly PlacedEdge[];
  readonly nodes: readonly PlacedNode[];
  readonly lane: { readonly bars: readonly LaneBar[]; readonly zero: number };
  /** Size that is drawn at full width. */
  readonly scale: number;
}

/** The graph's edges, with the heads of the opened attention apart. While its attention as a whole is the focus it stays one node. */
export function openedEdges(graph: FlowGraph, node: string | null, focus: boolean): FlowEdge[] {
  const opened = node === null ? null : nodeOf(node, graph);
  const apart = opened?.kind === 'head' || (opened?.kind === 'attention' && !focus) ? opened : null;
  return flowEdges(graph, (block, token) => block !== apart?.block || token !== apart.token);
}

/** The chosen least share; unchosen the smallest step, from 2 % on, that leaves at most 400 lines. */
function leastShare(all: readonly FlowEdge[], total: number, { least, node, focus }: FlowChoice): number {
  if (least !== null) return least;
  const steps = LEAST_STEPS.filter((step) => step >= leastUnasked);
  const shown = focus && node !== null ? passing(all, node) : all;
  const few = (step: number) => strongEdges(shown, total, step / 1000).length <= MOST_UNASKED;
  return steps.find(few) ?? steps.at(-1)!;
}

export function drawnFlow(
  graph: FlowGraph,
  all: readonly FlowEdge[],
  choice: FlowChoice,
): { readonly least: number; readonly drawn: Drawn } {
  const { scaled, node, focus } = choice;
  const least = leastShare(all, graph.total, choice);
  const options = { least: least / 1000, scaled, focus: focus ? node : null, most: MOST_EDGES };
  return { least, drawn: drawnEdges(all, graph.total, options) };
}

export function flowPicture(
  graph: FlowGraph,
  all: readonly FlowEdge[],
  choice: FlowChoice,
  width: number,
  tokens: readonly Token[],
  height: number | null = null,
): FlowPicture {
  const { least, drawn } = drawnFlow(graph, all, choice);
  const frame = flowFrame(graph, width, tokens, height);
  const scale = drawn.edges.reduce((largest, { value }) => Math.max(largest, Math.abs(value)), 0);
  return {
    frame,
    least,
    drawn,
    edges: drawn.edges.map((edge) => placeEdge(frame, graph, edge, scale)),
    nodes: placeNodes(frame, graph, drawn.edges),
    lane: laneBars(frame, graph),
    scale,
  };
}

export interface Around {
  readonly entering: readonly FlowEdge[];
  readonly leaving: readonly FlowEdge[];
}

/** What enters and leaves a node, largest first. */
export function around(edges: readonly FlowEdge[], key: string): Around {
  const bySize = (list: FlowEdge[]) => list.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return {
    entering: bySize(edges.filter(({ to }) => nodeKey(to) === key)),
    leaving: bySize(edges.filter(({ from }) => nodeKey(from) === key)),
  };
}
