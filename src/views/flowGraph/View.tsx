// The conserved flow graph: what the explained number is made of, from the input tokens at the bottom through heads and feed-forward layers to the
// top. Lines are signed contributions; one node at a time is opened.

import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import '../views.css';
import '../heatmap/heatmap.css';
import './flowGraph.css';
import { type FlowEdge, nodeKey, nodeOf, nodeValue } from '../../analysis/flowEdges';
import type { FlowGraph, FlowGraphResult, Token } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { formatError, formatNumber, formatPercent, formatSigned } from '../shared/numbers';
import { Tooltip } from '../shared/Tooltip';
import { truncate } from '../shared/tokenText';
import { useSize } from '../shared/useSize';
import {
  type Arrow,
  edgeAt,
  LONGEST,
  neighbour,
  outline,
  type PlacedEdge,
  type PlacedNode,
  streamY,
  tokenX,
} from './layout';
import { around, type FlowChoice, type FlowPicture, flowPicture, MOST_EDGES, openedEdges } from './picture';
import { toTable } from './toTable';
import { edgeWords, nodeWords } from './words';

export interface FlowGraphViewProps {
  readonly result: FlowGraphResult;
  readonly tokens: readonly Token[];
  readonly choice: FlowChoice;
  readonly onChoice: (change: Partial<FlowChoice>) => void;
  /** What is told of the opened node besides its edges. */
  readonly children?: ReactNode;
}

/** Balances and cuts of a sound graph, as shares of the explained number: float32 through all blocks stays well below. */
export const FLOW_TOLERANCE = 1e-4;
const steps = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const listed = 4;

export function FlowGraphView({ result, tokens, choice, onChoice, children }: FlowGraphViewProps) {
  const { graph, explains, residuals } = result;
  const [ref, size] = useSize<HTMLDivElement>();
  const { least, scaled, node, focus } = choice;
  const all = useMemo(() => openedEdges(graph, node, focus), [graph, node, focus]);
  const picture = useMemo(
    () => flowPicture(graph, all, { least, scaled, node, focus }, Math.max(280, size.width), tokens),
    [graph, all, least, scaled, node, focus, size.width, tokens],
  );
  const { drawn } = picture;
  const table = useCallback(() => toTable(drawn.edges, graph, tokens), [drawn, graph, tokens]);
  const name = `Flow graph, ${explains}`;
  const at = steps.findLastIndex((step) => step <= least);
  return (
    <section className="view view-flow" aria-label={name}>
      <h3>{explains}</h3>
      <p>
        explained number <b>{formatSigned(graph.total)}</b>
      </p>
      <p className="view-flow-check">
        worst node balance <Check error={residuals.nodes} />, worst cut <Check error={residuals.cuts} />{' '}
        <span className="view-note view-whole">(of the number; at most {formatError(FLOW_TOLERANCE)})</span>
      </p>
      <label className="view-flow-slider">
        Edges of at least
        <input
          type="range"
          min={0}
          max={steps.length - 1}
          step={1}
          value={at}
          aria-valuetext={`${steps[at]! / 10} % of the explained number`}
          onChange={(event) => onChoice({ least: steps[Number(event.target.value)]! })}
        />
        <output>{steps[at]! / 10} %</output>
      </label>
      <div className="view-flow-choices">
        <label title="Edges that are left are scaled, so that every node gets what it gets from all of them">
          <input type="checkbox" checked={scaled} onChange={() => onChoice({ scaled: !scaled })} /> renormalise
        </label>
        <label title="Only what leads to the opened node or away from it">
          <input
            type="checkbox"
            checked={focus}
            disabled={node === null}
            onChange={() => onChoice({ focus: !focus })}
          />{' '}
          only through the opened node
        </label>
      </div>
      <p className="view-flow-kept">
        {drawn.edges.length} of {all.length} edges, {formatPercent(drawn.keptShare)} of Σ|·|.{' '}
        {drawn.hidden > 0 && (
          <span className="view-note">
            {drawn.hidden} hidden, together {formatSigned(drawn.hiddenSum)}.{' '}
          </span>
        )}
        {drawn.capped && <span className="view-note">Only the {MOST_EDGES} largest are drawn.</span>}
      </p>
      <div ref={ref} className="view-flow-box">
        {size.width > 0 && (
          <Plot
            name={name}
            picture={picture}
            graph={graph}
            all={all}
            tokens={tokens}
            opened={node}
            room={size.width}
            onOpen={(key) => onChoice({ node: key, ...(key === null && { focus: false }) })}
          />
        )}
      </div>
      <p className="view-flow-legend view-note">
        <span>● stream</span>
        <span>◆ attention, opened: its heads</span>
        <span>■ FFN</span>
        <span>┄ bias</span>
        <span>
          <i className="view-flow-pos" /> adds <i className="view-flow-neg" /> takes
        </span>
        <span>widest line {formatNumber(picture.scale)}</span>
      </p>
      {node !== null && (
        <Opened
          graph={graph}
          edges={all}
          tokens={tokens}
          node={node}
          onOpen={(key) => onChoice({ node: key, ...(key === null && { focus: false }) })}
        >
          {children}
        </Opened>
      )}
      <NumberTable name={name} table={table} />
    </section>
  );
}

function Check({ error }: { error: number }) {
  const right = error <= FLOW_TOLERANCE;
  return (
    <>
      {formatError(error)} <span className={right ? 'view-right' : 'view-wrong'}>{right ? '✓' : '✗'}</span>
    </>
  );
}

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

function Plot({ name, picture, graph, all, tokens, opened, room, onOpen }: PlotProps) {
  const { frame, edges, nodes, lane } = picture;
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
    'edge' in at
      ? [
          edgeWords(at.edge.edge, graph, tokens),
          `${formatSigned(at.edge.edge.value)}, ${formatPercent(shareOf(at.edge.edge.value, graph))} of the number`,
        ]
      : nodeLines(at.node, graph, all, tokens);
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
        <g>
          {lane.bars.map(({ name: into, value, y, from, to }) => (
            <rect
              key={into}
              className={value < 0 ? 'view-flow-bar view-flow-minus' : 'view-flow-bar'}
              x={from}
              y={y - 4}
              width={Math.max(0.5, to - from)}
              height={8}
            >
              <title>
                biases into {into}: {formatSigned(value)}
              </title>
            </rect>
          ))}
          <path className="view-flow-zero" d={`M${lane.zero} 4V${frame.top + frame.plotHeight}`} />
        </g>
        {nodes.map((placed) => (
          <Node
            key={placed.key}
            placed={placed}
            value={nodeValue(graph, placed.node)}
            label={() => nodeLines(placed, graph, all, tokens).join('; ')}
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

const shareOf = (value: number, { total }: FlowGraph) => (total === 0 ? 0 : value / total);

/** A node's name and value, and the largest edges that enter and leave it. */
function nodeLines(
  { key, node }: Pick<PlacedNode, 'key' | 'node'>,
  graph: FlowGraph,
  all: readonly FlowEdge[],
  tokens: readonly Token[],
): string[] {
  const { entering, leaving } = around(all, key);
  const some = (edges: readonly FlowEdge[], end: (edge: FlowEdge) => FlowEdge['to']) =>
    edges.slice(0, 3).map((edge) => `${formatSigned(edge.value)} ${nodeWords(end(edge), graph, tokens)}`);
  return [
    `${nodeWords(node, graph, tokens)}: ${formatSigned(nodeValue(graph, node))}`,
    ...(entering.length > 0 ? [`in: ${some(entering, ({ from }) => from).join(', ')}`] : []),
    ...(leaving.length > 0 ? [`out: ${some(leaving, ({ to }) => to).join(', ')}`] : []),
  ];
}

const Edges = memo(function Edges({ edges }: { readonly edges: readonly PlacedEdge[] }) {
  return (
    <g fill="none">
      {edges.map(({ edge, path, width }) => (
        <path
          key={`${nodeKey(edge.from)} ${nodeKey(edge.to)}`}
          className={edge.value < 0 ? 'view-flow-edge view-flow-minus' : 'view-flow-edge'}
          data-bias={edge.from.kind === 'bias' ? '' : undefined}
          d={path}
          strokeWidth={width}
        />
      ))}
    </g>
  );
});

const Backdrop = memo(function Backdrop({
  picture: { frame },
  graph,
  tokens,
}: Pick<PlotProps, 'picture' | 'graph' | 'tokens'>) {
  const streams = Array.from({ length: 2 * graph.blocks + 1 }, (_, stream) => streamY(frame, stream));
  return (
    <g>
      {Array.from({ length: graph.blocks }, (_, block) => (
        <g key={streamY(frame, 2 * block)}>
          {block % 2 === 0 && (
            <rect
              className="view-flow-band"
              x={0}
              y={streamY(frame, 2 * block + 2)}
              width={frame.width}
              height={2 * frame.gap}
            />
          )}
          <text x={2} y={streamY(frame, 2 * block + 1)} dy="0.34em">
            block {block}
          </text>
        </g>
      ))}
      {streams.map((y) => (
        <path key={y} className="view-flow-rail" d={`M${frame.left} ${y}h${frame.plotWidth}`} />
      ))}
      <text x={frame.lane} y={frame.top + frame.plotHeight + 14}>
        biases
      </text>
      {tokens.map(({ piece }, token) => (
        <text
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
          key={token}
          className="view-flow-token"
          transform={`translate(${tokenX(frame, token)} ${frame.top + frame.plotHeight + 12}) rotate(-60)`}
          textAnchor="end"
          dy="0.5em"
        >
          {truncate(piece, LONGEST)}
        </text>
      ))}
    </g>
  );
});

interface NodeProps {
  readonly placed: PlacedNode;
  readonly value: number;
  readonly label: () => string;
  readonly current: boolean;
  readonly opened: boolean;
  readonly keep: Map<string, SVGGElement>;
  readonly onFocus: () => void;
  readonly onBlur: () => void;
  readonly onClick: () => void;
}

function Node({ placed, value, label, current, opened, keep, onFocus, onBlur, onClick }: NodeProps) {
  const { key, node, x, y } = placed;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button cannot stand in an SVG
    <g
      ref={(element) => {
        if (element === null) keep.delete(key);
        else keep.set(key, element);
      }}
      className="view-flow-node"
      role="button"
      tabIndex={current ? 0 : -1}
      aria-label={current ? label() : `${key}: ${formatSigned(value)}`}
      aria-pressed={opened}
      data-negative={value < 0 ? '' : undefined}
      transform={`translate(${x} ${y})`}
      onFocus={onFocus}
      onBlur={onBlur}
      onClick={onClick}
    >
      <circle r={9} />
      <path d={outline(node.kind)} />
    </g>
  );
}

interface OpenedProps {
  readonly graph: FlowGraph;
  readonly edges: readonly FlowEdge[];
  readonly tokens: readonly Token[];
  readonly node: string;
  readonly onOpen: (key: string | null) => void;
  readonly children: ReactNode;
}

/** The opened node in full: its largest edges, of attention the heads, and its tokens. */
function Opened({ graph, edges, tokens, node, onOpen, children }: OpenedProps) {
  const parts = /^(attention|head) (\d+)\.(?:\d+\.)?(\d+)$/.exec(node);
  // Of attention whose heads stand apart: what enters and leaves them together.
  const folded = useMemo(
    () => (node.startsWith('attention') ? openedEdges(graph, null, false) : edges),
    [graph, edges, node],
  );
  const { entering, leaving } = useMemo(() => around(folded, node), [folded, node]);
  const opened = nodeOf(node, graph);
  if (opened === null) return null;
  const words = nodeWords(opened, graph, tokens);
  const heads =
    parts === null
      ? []
      : Array.from({ length: graph.heads }, (_, head) => {
          const one = { kind: 'head', block: Number(parts[2]), head, token: Number(parts[3]) } as const;
          return { key: nodeKey(one), head, value: nodeValue(graph, one) };
        }).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const list = (title: string, some: readonly FlowEdge[], end: (edge: FlowEdge) => FlowEdge['to']) =>
    some.length > 0 && (
      <>
        <dt>{title}</dt>
        <dd>
          {some
            .slice(0, listed)
            .map((edge) => `${formatSigned(edge.value)} ${nodeWords(end(edge), graph, tokens)}`)
            .join(', ')}
          {some.length > listed && ` and ${some.length - listed} more`}
        </dd>
      </>
    );
  return (
    <section className="view-flow-opened" aria-label={words}>
      <div className="view-head">
        <h3>
          {words}: {formatSigned(nodeValue(graph, opened))}
        </h3>
        <span className="view-tools">
          <button type="button" onClick={() => onOpen(null)}>
            Close
          </button>
        </span>
      </div>
      {heads.length > 0 && (
        <fieldset className="view-flow-heads" aria-label={`Heads of ${words}`}>
          {heads.map(({ key, head, value }) => (
            <button key={key} type="button" aria-pressed={key === node} onClick={() => onOpen(key)}>
              head {head} {formatSigned(value)}
            </button>
          ))}
        </fieldset>
      )}
      <dl>
        {list('in', entering, ({ from }) => from)}
        {list('out', leaving, ({ to }) => to)}
      </dl>
      {children}
    </section>
  );
}
