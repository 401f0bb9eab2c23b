// What the flow graph's picture consists of: blocks and tokens, lines, the lane of biases, nodes.

import { memo } from 'react';
import { nodeKey } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import { formatSigned } from '../shared/numbers';
import { truncate } from '../shared/tokenText';
import { blockY, type FlowFrame, LONGEST, outline, type PlacedEdge, type PlacedNode, streamY, tokenX } from './layout';
import type { FlowPicture } from './picture';

export const Edges = memo(function Edges({ edges }: { readonly edges: readonly PlacedEdge[] }) {
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

interface BackdropProps {
  readonly picture: FlowPicture;
  readonly graph: FlowGraph;
  readonly tokens: readonly Token[];
}

export const Backdrop = memo(function Backdrop({ picture: { frame }, graph, tokens }: BackdropProps) {
  const streams = Array.from({ length: 2 * graph.blocks + 1 }, (_, stream) => streamY(frame, stream));
  return (
    <g>
      <Bands frame={frame} blocks={graph.blocks} />
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

/** Every other block is shaded. */
function Bands({ frame, blocks }: { frame: FlowFrame; blocks: number }) {
  return Array.from({ length: Math.ceil(blocks / 2) }, (_, pair) => {
    const top = streamY(frame, 4 * pair + 2);
    return <rect key={top} className="view-flow-band" x={0} y={top} width={frame.width} height={2 * frame.gap} />;
  });
}

/** Beside the picture, and still there when it is scrolled. */
export const BlockNames = memo(function BlockNames({ frame, blocks }: { frame: FlowFrame; blocks: number }) {
  return (
    <svg className="view-flow-blocks" width={frame.left - 8} height={frame.top + frame.plotHeight} aria-hidden="true">
      <Bands frame={frame} blocks={blocks} />
      {Array.from({ length: blocks }, (_, block) => (
        <text key={blockY(frame, block)} x={2} y={blockY(frame, block)} dy="0.34em">
          block {block}
        </text>
      ))}
    </svg>
  );
});

/** What biases bring to each sublayer, all tokens together. */
export const Lane = memo(function Lane({ picture: { frame, lane } }: Pick<BackdropProps, 'picture'>) {
  return (
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

export function Node({ placed, value, label, current, opened, keep, onFocus, onBlur, onClick }: NodeProps) {
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
