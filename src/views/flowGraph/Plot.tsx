// The flow graph's picture: what the pointer or the keyboard is at, and the node that is opened.

import { useEffect, useRef, useState } from 'react';
import { type FlowEdge, nodeValue } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import { Tooltip } from '../shared/Tooltip';
import { type Arrow, edgeAt, neighbour, type PlacedEdge, type PlacedNode } from './layout';
import { Backdrop, BlockNames, Edges, Lane, Node } from './Marks';
import type { FlowPicture } from './picture';
import { edgeLines, nodeLines } from './words';

interface PlotProps {
  readonly name: string;
  readonly picture: FlowPicture;
  readonly graph: FlowGraph;
  readonly all: readonly FlowEdge[];
  readonly tokens: readonly Token[];
  readonly opened: string | null;
  readonly room: number;
  readonly onOpen: (key: string | null) => void;
}

/** What the pointer or the keyboard is at. */
type Pointed = { readonly node: PlacedNode } | { readonly edge: PlacedEdge };

export function Plot({ name, picture, graph, all, tokens, opened, room, onOpen }: PlotProps) {
  const { frame, edges, nodes } = picture;
  const [pointed, setPointed] = useState<(Pointed & { readonly x: number; readonly y: number }) | null>(null);
  const [wanted, setWanted] = useState<string | null>(null);
  const elements = useRef(new Map<string, SVGGElement>());
  const follow = useRef(false);
  const current = currentOf(nodes, wanted);
  useEffect(() => {
    if (!follow.current || current === null) return;
    follow.current = false;
    elements.current.get(current.key)?.focus();
  });

  const point = (found: Pointed | null, x: number, y: number) => setPointed(found === null ? null : { ...found, x, y });
  const onMove = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const node = nodes.find((one) => Math.hypot(one.x - x, one.y - y) <= 7);
    const edge = node === undefined ? edgeAt(edges, x, y) : null;
    point(node !== undefined ? { node } : edge === null ? null : { edge }, x, y);
  };
  const onKey = (event: React.KeyboardEvent) => {
    if (current === null) return;
    if (event.key === 'Escape' && opened !== null) {
      event.preventDefault(); // the page would release the pins
      const [block, , token] = /^head (\d+)\.(\d+)\.(\d+)$/.exec(opened)?.slice(1) ?? [];
      setWanted(block === undefined ? opened : `attention ${block}.${token}`);
      follow.current = true;
      onOpen(null);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      follow.current = true;
      toggle(current);
    } else if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      const next = neighbour(nodes, current, event.key as Arrow);
      setWanted(next.key);
      follow.current = true;
    }
  };
  const toggle = ({ key, node }: PlacedNode) => {
    if (node.kind === 'end') return;
    setWanted(key);
    onOpen(opened === key ? null : key);
  };
  const linesOf = (at: Pointed) =>
    'edge' in at ? edgeLines(at.edge.edge, graph, tokens) : nodeLines(at.node.node, graph, all, tokens);
  return (
    <div className="view-flow-plot" style={{ width: frame.width }}>
      {/* biome-ignore lint/a11y/useSemanticElements: an SVG cannot be a fieldset */}
      <svg
        width={frame.width}
        height={frame.height}
        role="group"
        aria-label={`${name}: nodes. Arrow keys go from node to node, Enter opens one, Escape closes it.`}
        onPointerMove={onMove}
        onPointerLeave={() => setPointed(null)}
        onKeyDown={onKey}
      >
        <Backdrop picture={picture} graph={graph} tokens={tokens} />
        <Edges edges={edges} />
        {pointed !== null && 'edge' in pointed && (
          <path className="view-flow-hovered" d={pointed.edge.path} strokeWidth={pointed.edge.width + 3} />
        )}
        <Lane picture={picture} />
        {nodes.map((placed) => (
          <Node
            key={placed.key}
            placed={placed}
            value={nodeValue(graph, placed.node)}
            label={() => nodeLines(placed.node, graph, all, tokens).join('; ')}
            current={placed.key === current?.key}
            opened={placed.key === opened}
            keep={elements.current}
            onFocus={() => {
              setWanted(placed.key);
              point({ node: placed }, placed.x, placed.y);
            }}
            onBlur={() => setPointed(null)}
            onClick={() => toggle(placed)}
          />
        ))}
      </svg>
      <BlockNames frame={frame} blocks={graph.blocks} />
      {pointed !== null && (
        <Tooltip x={pointed.x} y={pointed.y + 4} room={Math.max(room, pointed.x)} lines={linesOf(pointed)} />
      )}
    </div>
  );
}

/** The node of the roving focus: the wanted one; of a folded or unfolded attention what stands in its place; else the top. */
function currentOf(nodes: readonly PlacedNode[], wanted: string | null): PlacedNode | null {
  const exact = nodes.find(({ key }) => key === wanted);
  if (exact !== undefined) return exact;
  const attention = wanted === null ? null : /^attention (\d+)\.(\d+)$/.exec(wanted);
  const heads = attention === null ? null : new RegExp(`^head ${attention[1]}\\.\\d+\\.${attention[2]}$`);
  return nodes.find(({ key }) => heads?.test(key)) ?? nodes.at(-1) ?? null;
}
