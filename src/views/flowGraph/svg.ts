// The flow graph as a standalone SVG file: the page's picture with its words and colours, for papers. Pure.

import { nodeValue } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import { escapeXml } from '../../share/figure';
import { formatPercent, formatSigned } from '../shared/numbers';
import { LIGHT } from '../shared/palette';
import { truncate } from '../shared/tokenText';
import { blockY, LONGEST, outline, streamY, tokenX } from './layout';
import { type FlowChoice, flowPicture, openedEdges } from './picture';

export interface ExportedFlow {
  readonly name: string;
  readonly graph: FlowGraph;
  readonly tokens: readonly Token[];
  readonly choice: FlowChoice;
}

// As --view-pos and --view-neg of views.css, on paper.
const plus = '#2b6cb3';
const minus = '#c05a14';
const caption = 24;
const foot = 36;
const px = (value: number): number => Math.round(value * 10) / 10;

export function flowSvg({ name, graph, tokens, choice }: ExportedFlow, width: number): string {
  const all = openedEdges(graph, choice.node, choice.focus);
  const { frame, drawn, edges, nodes, lane } = flowPicture(graph, all, choice, width, tokens);
  const bottom = frame.top + frame.plotHeight;
  const colour = (value: number) => (value < 0 ? minus : plus);
  const rails = Array.from({ length: 2 * graph.blocks + 1 }, (_, stream) => {
    const y = streamY(frame, stream);
    return `<path d="M${frame.left} ${px(y)}h${frame.plotWidth}" stroke="${LIGHT.line}" stroke-width="0.5"/>`;
  });
  const names = Array.from(
    { length: graph.blocks },
    (_, block) => `<text x="2" y="${blockY(frame, block)}" dy="0.34em">block ${block}</text>`,
  );
  const words = tokens.map(
    ({ piece }, token) =>
      `<text transform="translate(${px(tokenX(frame, token))} ${bottom + 12}) rotate(-60)" text-anchor="end" dy="0.5em" font-family="ui-monospace,Menlo,Consolas,monospace" fill="${LIGHT.ink}">${escapeXml(truncate(piece, LONGEST))}</text>`,
  );
  const lines = edges.map(
    ({ edge, path, width: stroke }) =>
      `<path data-edge="" d="${path}" stroke="${colour(edge.value)}" stroke-width="${px(stroke)}"${edge.from.kind === 'bias' ? ' stroke-dasharray="2 2"' : ''}/>`,
  );
  const bars = lane.bars.map(
    ({ value, y, from, to }) =>
      `<rect x="${px(from)}" y="${px(y - 4)}" width="${px(Math.max(0.5, to - from))}" height="8" fill="${colour(value)}"/>`,
  );
  const shapes = nodes.map(
    ({ node, x, y }) =>
      `<path transform="translate(${px(x)} ${px(y)})" d="${outline(node.kind)}" fill="${colour(nodeValue(graph, node))}" stroke="${LIGHT.panel}"/>`,
  );
  const height = caption + frame.height + foot;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${height}" viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${escapeXml(name)}" font-family="system-ui,sans-serif" font-size="10" fill="${LIGHT.ink2}">`,
    `<rect width="100%" height="100%" fill="${LIGHT.panel}"/>`,
    `<text y="14" font-size="13" font-weight="600" fill="${LIGHT.ink}">${escapeXml(name)}</text>`,
    `<g transform="translate(0 ${caption})">${rails.join('')}${names.join('')}`,
    `<g fill="none" opacity="0.7">${lines.join('\n')}</g>`,
    `${bars.join('')}<path d="M${px(lane.zero)} 4V${bottom}" stroke="${LIGHT.ink2}"/>`,
    `${shapes.join('')}${words.join('')}<text x="${frame.lane}" y="${bottom + 14}">biases</text></g>`,
    `<text y="${height - 20}">${edges.length} of ${all.length} edges, ${formatPercent(drawn.keptShare)} of their sizes; hidden: ${formatSigned(drawn.hiddenSum)}${choice.scaled ? '; what is left is scaled' : ''}</text>`,
    `<text y="${height - 6}">explained number ${formatSigned(graph.total)}; blue adds, orange takes; ● stream ◆ attention ■ FFN ┄ bias</text>`,
    '</svg>',
  ].join('\n');
}
