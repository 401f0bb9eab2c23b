import { describe, expect, test } from 'vitest';
import { flowEdges, nodeKey } from '../../analysis/flowEdges';
import { flowResiduals } from '../../analysis/flowGraph';
import { sublayerShares } from '../../analysis/flowShares';
import type { Token } from '../../engine/protocol';
import { flowGraphOf } from '../../state/testing/flowGraph';
import { edgeAt, endToken, flowFrame, laneBars, neighbour, placeNode, placeNodes, streamY, tokenX } from './layout';
import { around, type FlowChoice, flowPicture, MOST_EDGES, openedEdges } from './picture';
import { shareBars } from './shareBars';
import { flowSvg } from './svg';
import { sharesTable, toTable } from './toTable';
import { edgeWords, nodeWords } from './words';

const graph = flowGraphOf(3, 4, 5, 4);
const tokens: Token[] = ['[BOS]', 'the', 'river', 'of', '<spain>'].map((piece, id) => ({
  id,
  piece,
  special: id === 0,
  unknown: false,
}));
const choice: FlowChoice = { least: 0, scaled: false, node: null, focus: false };
const pictureOf = (change: Partial<FlowChoice> = {}, width = 420) => {
  const all = { ...choice, ...change };
  return flowPicture(graph, openedEdges(graph, all.node, all.focus), all, width, tokens);
};

test('the made-up graph is conserved', () => {
  const { nodes, cuts } = flowResiduals(graph);
  expect(nodes).toBeLessThan(1e-12);
  expect(cuts).toBeLessThan(1e-12);
});

describe('layout', () => {
  test('input at the bottom, the explained number at the top, tokens from left to right', () => {
    const { frame, nodes } = pictureOf();
    expect(streamY(frame, 0)).toBeGreaterThan(streamY(frame, 6));
    expect(tokenX(frame, 1) - tokenX(frame, 0)).toBe(frame.column);
    expect(nodes.at(-1)?.key).toBe('end');
    expect(nodes.at(-1)!.y).toBeLessThan(streamY(frame, 6));
    expect(endToken(graph)).toBe(4);
    for (const { x, y } of nodes) {
      expect(x).toBeGreaterThan(frame.left);
      expect(x).toBeLessThan(frame.lane);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThanOrEqual(frame.top + frame.plotHeight);
    }
  });

  test('12 blocks and 32 tokens keep their distance, and a narrow page gets a wide picture to scroll', () => {
    const large = flowFrame({ ...graph, blocks: 12, tokens: 32 }, 420, tokens);
    expect(large.column).toBeGreaterThanOrEqual(15);
    expect(large.gap).toBeGreaterThanOrEqual(24);
    expect(large.width).toBeGreaterThan(420);
    expect(flowFrame(graph, 420, tokens).width).toBeLessThanOrEqual(420);
  });

  test('lines are as wide as what they carry, the largest the widest', () => {
    const { edges, scale } = pictureOf();
    const widest = edges[0]!;
    expect(Math.abs(widest.edge.value)).toBe(scale);
    const half = edges.find(({ edge }) => Math.abs(edge.value) < scale / 2)!;
    expect(half.width / widest.width).toBeCloseTo(Math.abs(half.edge.value) / scale, 9);
    expect(edges.every(({ width }) => width >= 0.6 && width <= widest.width)).toBe(true);
  });

  test('the heads of the opened attention stand apart, inside the picture, and the others stay folded', () => {
    const { frame, nodes } = pictureOf({ node: 'attention 1.4' });
    const heads = nodes.filter(({ node }) => node.kind === 'head');
    expect(heads.map(({ key }) => key)).toEqual([0, 1, 2, 3].map((head) => `head 1.${head}.4`));
    expect(new Set(heads.map(({ x }) => x)).size).toBe(4);
    expect(heads.every(({ x }) => x < frame.left + frame.plotWidth)).toBe(true);
    expect(nodes.some(({ key }) => key === 'attention 1.4')).toBe(false);
    expect(nodes.some(({ key }) => key === 'attention 1.3')).toBe(true);
    const focused = pictureOf({ node: 'attention 1.4', focus: true });
    expect(focused.nodes.some(({ key }) => key === 'attention 1.4')).toBe(true);
    expect(focused.nodes.some(({ key }) => key === 'attention 2.3')).toBe(false);
  });

  test('the pointer finds the line that it is on, and nothing where there is none', () => {
    const { edges, frame } = pictureOf({ least: 100 });
    for (const placed of edges.slice(0, 6)) {
      const middle = 2 * Math.floor(placed.points.length / 4);
      const found = edgeAt(edges, placed.points[middle]!, placed.points[middle + 1]!);
      expect(found).not.toBeNull();
      expect(Math.abs(found!.edge.value)).toBeGreaterThanOrEqual(Math.abs(placed.edge.value)); // the one on top is found
    }
    expect(edgeAt(edges, frame.lane + 40, 3)).toBeNull();
  });

  test('biases lie in a lane of their own and add up to what they bring in all', () => {
    const { lane } = pictureOf();
    const biases = flowEdges(graph).filter(({ from }) => from.kind === 'bias');
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(lane.bars.map(({ value }) => value))).toBeCloseTo(sum(biases.map(({ value }) => value)), 9);
    expect(lane.bars).toHaveLength(7);
    for (const { value, from, to } of lane.bars) expect(value < 0 ? to : from).toBeCloseTo(lane.zero, 9);
    expect(laneBars(flowFrame(graph, 420, tokens), { ...graph, endBias: 0 }).bars.at(-1)!.value).toBe(0);
  });
});

describe('arrow keys', () => {
  const { nodes } = pictureOf();
  const node = (key: string) => nodes.find((one) => one.key === key)!;

  test('go along a row and from row to row, and stay at the rim', () => {
    expect(neighbour(nodes, node('stream 2.1'), 'ArrowRight').key).toBe('stream 2.2');
    expect(neighbour(nodes, node('stream 2.1'), 'ArrowLeft').key).toBe('stream 2.0');
    expect(neighbour(nodes, node('stream 2.0'), 'ArrowLeft').key).toBe('stream 2.0');
    expect(neighbour(nodes, node('stream 2.1'), 'ArrowUp').key).toBe('attention 1.1');
    expect(neighbour(nodes, node('attention 1.1'), 'ArrowUp').key).toBe('stream 3.1');
    expect(neighbour(nodes, node('stream 2.1'), 'ArrowDown').key).toBe('ffn 0.1');
    expect(neighbour(nodes, node('end'), 'ArrowUp').key).toBe('end');
    expect(neighbour(nodes, node('stream 0.3'), 'ArrowDown').key).toBe('stream 0.3');
  });

  test('every node can be reached from the top', () => {
    const seen = new Set(['end']);
    const waiting = [node('end')];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const arrow of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const) {
        const next = neighbour(nodes, at, arrow);
        if (seen.has(next.key)) continue;
        seen.add(next.key);
        waiting.push(next);
      }
    }
    expect(seen.size).toBe(nodes.length);
  });
});

describe('words, tables, files', () => {
  test('nodes are named by block, head and token', () => {
    expect(nodeWords({ kind: 'head', block: 0, head: 2, token: 2 }, graph, tokens)).toBe('head 0.2 at river (2)');
    expect(nodeWords({ kind: 'stream', stream: 3, token: 1 }, graph, tokens)).toBe(
      'stream after attention 1 at the (1)',
    );
    expect(nodeWords({ kind: 'bias', of: 'ffn 0.1' }, graph, tokens)).toBe('biases into FFN 0 at the (1)');
    expect(nodeWords({ kind: 'bias', of: 'end' }, graph, tokens)).toBe('biases of the end');
  });

  test('the table has every drawn edge once, largest first, with its share', () => {
    const { drawn } = pictureOf({ least: 20 });
    const { rows } = toTable(drawn.edges, graph, tokens);
    expect(rows).toHaveLength(drawn.edges.length);
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
    expect(rows[0]).toEqual([
      edgeWords(drawn.edges[0]!, graph, tokens),
      drawn.edges[0]!.value,
      drawn.edges[0]!.value / graph.total,
    ]);
  });

  test('what enters and leaves a node is listed by size and balances', () => {
    const { entering, leaving } = around(openedEdges(graph, null, false), 'attention 1.4');
    const sum = (edges: typeof entering) => edges.reduce((a, { value }) => a + value, 0);
    expect(sum(entering)).toBeCloseTo(sum(leaving), 12);
    const sizes = entering.map(({ value }) => Math.abs(value));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(leaving.map(({ to }) => nodeKey(to))).toEqual(['stream 3.4']);
  });

  test('shares stack from zero outwards and end at the explained number', () => {
    const shares = sublayerShares(graph);
    const { bars, zero, total } = shareBars(shares, graph.total, 300);
    for (const segments of bars) {
      const plus = segments.filter(({ value }) => value > 0).reduce((a, { value }) => a + value, 0);
      const minus = segments.filter(({ value }) => value < 0).reduce((a, { value }) => a + value, 0);
      expect(plus + minus).toBeCloseTo(graph.total, 9);
      const [low, high] = [Math.min(...segments.map((s) => s.from)), Math.max(...segments.map((s) => s.to))];
      expect((high - zero) / (total - zero)).toBeCloseTo(plus / graph.total, 9);
      expect((zero - low) / (total - zero)).toBeCloseTo(-minus / graph.total, 9);
    }
    const { header, rows } = sharesTable(shares, graph.heads);
    expect(header).toHaveLength(1 + 4 + 5);
    for (const row of rows) expect(row.at(-1)).toBeCloseTo(graph.total, 9);
    expect(rows[1]!.slice(1, 5)).toEqual(['', '', '', '']);
  });

  test('an exported picture has every line, and tokens cannot break it', () => {
    const { drawn } = pictureOf({ least: 20 });
    const svg = flowSvg({ name: 'Flow graph, “a < b”', graph, tokens, choice: { ...choice, least: 20 } }, 520);
    expect(svg.match(/<path data-edge/g)).toHaveLength(drawn.edges.length);
    expect(svg).toContain('&lt;spain&gt;');
    expect(svg).toContain('“a &lt; b”');
    expect(svg).not.toContain('NaN');
    const tall = Number(/ height="(\d+)"/.exec(svg)![1]);
    expect(tall).toBeGreaterThan(flowFrame(graph, 520, tokens).height);
  });

  test('a large graph is cut to what can be drawn, the largest first', () => {
    const wide = flowGraphOf(12, 2, 32, 31);
    const all = openedEdges(wide, null, false);
    const { drawn } = flowPicture(wide, all, choice, 420, tokens);
    expect(all.length).toBeGreaterThan(MOST_EDGES);
    expect(drawn.edges).toHaveLength(MOST_EDGES);
    expect(drawn.capped).toBe(true);
    expect(drawn.keptShare).toBeGreaterThan(0.5);
    expect(placeNodes(flowFrame(wide, 420, tokens), wide, drawn.edges).length).toBeLessThan(2000);
    expect(placeNode(flowFrame(wide, 420, tokens), wide, { kind: 'end' }).row).toBe(50);
  });
});
