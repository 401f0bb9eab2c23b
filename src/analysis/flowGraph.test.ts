import { describe, expect, test } from 'vitest';
import type { FlowGraph } from '../engine/protocol';
import {
  drawnEdges,
  type FlowEdge,
  flowEdges,
  nodeKey,
  nodeOf,
  nodeValue,
  passing,
  renormalised,
  strongEdges,
} from './flowEdges';
import { flowResiduals, headEdges, headOutputs } from './flowGraph';
import { sublayerShares } from './flowShares';

const f64 = (...values: number[]) => Float64Array.from(values);

// Two blocks on two tokens, one channel, x = (1, 2): head A (2 x + 1) with A = ((1, 0), (¼, ¾)), + x + ½, then y ↦ y + 3 y + 1.
// Streams: x (1, 2) → (4.5, 7) → (19, 29) → (58.5, 83.5) → (235, 335). Explained: the last number, 335.
// Cotangents: (44, 100) ← (8, 40) ← (2, 10) ← (0, 4) ← (0, 1).
const pattern = [1, 0, 0.25, 0.75];
const graph: FlowGraph = {
  blocks: 2,
  heads: 1,
  tokens: 2,
  streams: f64(44, 200, 36, 280, 38, 290, 0, 334, 0, 335),
  residual: f64(8, 80, 9, 70, 0, 116, 0, 83.5),
  streamBias: f64(4, 20, 2, 10, 0, 2, 0, 1),
  edges: f64(16, 0, 20, 120, 0, 0, 38, 174),
  headBias: f64(8, 40, 0, 4),
  headOut: f64(24, 180, 0, 216),
  ffnIn: f64(27, 210, 0, 250.5),
  ffnBias: f64(0, 0, 0, 0),
  ffnOut: f64(27, 210, 0, 250.5),
  ffnReads: [1, 1],
  endBias: 0,
  total: 335,
};

describe('the conserved flow graph by hand, two blocks', () => {
  const parts = { heads: 1, kvHeads: 1, dHead: 1, tokens: 2, pattern };

  test('edges of heads: cotangent × attention × value, and what biases bring', () => {
    const first = { ...parts, cotangent: [8, 40] };
    expect([...headEdges(first, [2, 4])]).toEqual([16, 0, 20, 120]);
    expect([...headEdges(first, [1, 1])]).toEqual([8, 0, 10, 30]); // summed over keys: the head's bias, 8 and 40
    expect([...headOutputs(first, [3, 4.5])]).toEqual([24, 180]);
    expect([...headEdges({ ...parts, cotangent: [0, 4] }, [38, 58])]).toEqual([0, 0, 38, 174]);
  });

  test('grouped heads: two query heads read one value head', () => {
    const grouped = { heads: 2, kvHeads: 1, dHead: 2, tokens: 1, pattern: [1, 0.5], cotangent: [1, 2, 3, 4] };
    expect([...headEdges(grouped, [10, 100])]).toEqual([210, 215]);
    expect([...headOutputs(grouped, [10, 100, 5, 50])]).toEqual([210, 215]);
  });

  test('what enters a node leaves it, and every cut sums to the number', () => {
    expect(flowResiduals(graph)).toEqual({ nodes: 0, cuts: 0 });
  });

  test('any number that is off is seen', () => {
    const arrays = Object.entries(graph).filter(([, value]) => value instanceof Float64Array) as [
      string,
      Float64Array,
    ][];
    expect(arrays).toHaveLength(9);
    for (const [name, values] of arrays) {
      for (let at = 0; at < values.length; at++) {
        const changed = values.map((value, k) => (k === at ? value + 3.35 : value));
        expect(flowResiduals({ ...graph, [name]: changed }).nodes, `${name} ${at}`).toBeCloseTo(0.01, 12);
      }
    }
    const ended = flowResiduals({ ...graph, endBias: 3.35 });
    expect(ended.nodes).toBe(0);
    expect(ended.cuts).toBeCloseTo(0.01, 12);
    expect(flowResiduals({ ...graph, streams: graph.streams.map(() => Number.NaN) }).cuts).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('parallel: an FFN that reads the stream before attention passes the cut in the middle', () => {
    // one token, x = 2, head x, FFN 5 x: 2 → 4 → 14
    const parallel: FlowGraph = {
      ...graph,
      blocks: 1,
      tokens: 1,
      streams: f64(14, 4, 14),
      residual: f64(2, 4),
      streamBias: f64(0, 0),
      edges: f64(2),
      headBias: f64(0),
      headOut: f64(2),
      ffnIn: f64(10),
      ffnBias: f64(0),
      ffnOut: f64(10),
      ffnReads: [0],
      total: 14,
    };
    expect(flowResiduals(parallel)).toEqual({ nodes: 0, cuts: 0 });
    expect(flowResiduals({ ...parallel, ffnReads: [1] }).nodes).toBeGreaterThan(0);
  });
});

describe('edges', () => {
  const all = flowEdges(graph);
  const into = (edges: typeof all, key: string) =>
    edges.filter(({ to }) => nodeKey(to) === key).reduce((sum, { value }) => sum + value, 0);

  test('all of them, zeros left out; every node gets what it is worth', () => {
    expect(into(all, 'stream 1.1')).toBe(280);
    expect(into(all, 'head 0.0.1')).toBe(180);
    expect(into(all, 'ffn 1.1')).toBe(250.5);
    expect(into(all, 'end')).toBe(335);
    expect(all.every(({ value }) => value !== 0)).toBe(true);
    expect(all.some(({ to }) => nodeKey(to) === 'head 1.0.0')).toBe(false);
  });

  test('a threshold leaves the strong ones, and renormalising gives every node its value back', () => {
    const left = strongEdges(all, graph.total, 0.25); // at least 83.75
    expect(left.map(({ value }) => value).sort((a, b) => a - b)).toEqual([
      116, 120, 174, 180, 210, 210, 216, 250.5, 250.5, 335,
    ]);
    const scaled = renormalised(left, all);
    expect(into(scaled, 'stream 1.1')).toBeCloseTo(280, 12); // only the head was left
    expect(into(scaled, 'stream 3.1')).toBeCloseTo(334, 12);
    expect(into(scaled, 'head 0.0.1')).toBeCloseTo(180, 12);
    expect(strongEdges(all, graph.total, 0)).toEqual(all);
    expect(renormalised(all, all)).toEqual(all);
  });

  test('where those left point against the sum, they stay as they are', () => {
    const end = { kind: 'end' } as const;
    const [plus, minus] = [1, -3].map((value, token) => ({
      from: { kind: 'stream', stream: 4, token } as const,
      to: end,
      value,
    }));
    expect(renormalised([plus!], [plus!, minus!])).toEqual([plus]);
  });
});

describe('folded heads', () => {
  // two heads that share block 0's edges 1 : 3
  const parted: FlowGraph = {
    ...graph,
    blocks: 1,
    heads: 2,
    tokens: 2,
    streams: graph.streams.slice(0, 6),
    residual: graph.residual.slice(0, 4),
    streamBias: graph.streamBias.slice(0, 4),
    edges: f64(4, 0, 5, 30, 12, 0, 15, 90),
    headBias: f64(2, 10, 6, 30),
    headOut: f64(6, 45, 18, 135),
    ffnReads: [1],
    total: 328,
  };

  test('are sums of the heads, at the tokens that are asked for', () => {
    const all = flowEdges(parted, (_, token) => token === 1);
    const at = (from: string, to: string) =>
      all.find((edge) => nodeKey(edge.from) === from && nodeKey(edge.to) === to)?.value;
    expect(at('stream 0.0', 'attention 0.1')).toBe(20);
    expect(at('stream 0.1', 'attention 0.1')).toBe(120);
    expect(at('bias of attention 0.1', 'attention 0.1')).toBe(40);
    expect(at('attention 0.1', 'stream 1.1')).toBe(180);
    expect(at('stream 0.0', 'head 0.1.0')).toBe(12);
    expect(at('stream 0.0', 'head 0.1.1')).toBeUndefined();
    const sum = (edges: readonly FlowEdge[]) => edges.reduce((a, { value }) => a + value, 0);
    expect(sum(all)).toBe(sum(flowEdges(parted)));
  });

  test('a node is found by its name, unless the graph has none of it', () => {
    for (const edge of flowEdges(parted)) {
      if (edge.to.kind !== 'end') expect(nodeOf(nodeKey(edge.to), parted)).toEqual(edge.to);
    }
    expect(nodeOf('attention 0.1', parted)).toEqual({ kind: 'attention', block: 0, token: 1 });
    for (const none of ['attention 1.0', 'head 0.2.0', 'head 0.0', 'ffn 0.2', 'ffn 0.0.1', 'stream 3.0', 'end', 'x']) {
      expect(nodeOf(none, parted), none).toBeNull();
    }
    expect(nodeValue(parted, { kind: 'attention', block: 0, token: 1 })).toBe(180);
    expect(nodeValue(parted, { kind: 'head', block: 0, head: 1, token: 0 })).toBe(18);
    expect(nodeValue(parted, { kind: 'stream', stream: 2, token: 1 })).toBe(290);
    expect(nodeValue(parted, { kind: 'ffn', block: 0, token: 1 })).toBe(210);
  });
});

describe('what is drawn', () => {
  const all = flowEdges(graph);
  const options = { least: 0, scaled: false, focus: null, most: 1000 };
  const sum = (edges: readonly FlowEdge[]) => edges.reduce((a, { value }) => a + value, 0);

  test('the strong edges, largest first; what is hidden is told', () => {
    const drawn = drawnEdges(all, graph.total, { ...options, least: 0.5 }); // at least 167.5
    expect(drawn.edges.map(({ value }) => value)).toEqual([335, 250.5, 250.5, 216, 210, 210, 180, 174]);
    expect(drawn.hidden).toBe(all.length - 8);
    expect(drawn.hiddenSum).toBeCloseTo(sum(all) - sum(drawn.edges), 9);
    expect(drawn.keptShare).toBeCloseTo(sum(drawn.edges) / sum(all), 12); // all of them add here
    expect(drawn.capped).toBe(false);
    expect(drawnEdges(all, graph.total, options)).toMatchObject({ hidden: 0, hiddenSum: 0, keptShare: 1 });
  });

  test('never more than may be drawn', () => {
    const drawn = drawnEdges(all, graph.total, { ...options, most: 3 });
    expect(drawn.edges.map(({ value }) => value)).toEqual([335, 250.5, 250.5]);
    expect(drawn.capped).toBe(true);
  });

  test('in focus only what leads to a node or away from it', () => {
    const keys = passing(all, 'head 1.0.1').map(({ from, to }) => `${nodeKey(from)} → ${nodeKey(to)}`);
    expect(keys).toContain('stream 0.0 → head 0.0.0'); // two steps before
    expect(keys).toContain('ffn 1.1 → stream 4.1');
    expect(keys).toContain('stream 4.1 → end');
    expect(keys).not.toContain('stream 2.1 → stream 3.1'); // past the head
    const drawn = drawnEdges(all, graph.total, { ...options, focus: 'head 1.0.1' });
    expect(drawn.edges).toHaveLength(keys.length);
    expect(drawn.hidden).toBe(all.length - keys.length);
    expect(passing(all, 'head 1.0.0')).toEqual([]); // nothing flows there
  });
});

describe('shares of the sublayers', () => {
  const whole = (graph: FlowGraph) =>
    sublayerShares(graph).map(({ through, past, bias, later }) => through + past + bias + later);

  test('by hand: through, past, there and later add up to the number', () => {
    expect(sublayerShares(graph)).toEqual([
      { block: 0, sublayer: 'attention', heads: [204], through: 204, past: 88, bias: 24, later: 19 },
      { block: 0, sublayer: 'ffn', heads: [], through: 237, past: 79, bias: 12, later: 7 },
      { block: 1, sublayer: 'attention', heads: [216], through: 216, past: 116, bias: 2, later: 1 },
      { block: 1, sublayer: 'ffn', heads: [], through: 250.5, past: 83.5, bias: 1, later: 0 },
    ]);
    expect(whole(graph)).toEqual([335, 335, 335, 335]);
  });

  test('what an FFN beside attention carries passes by the attention', () => {
    const parallel: FlowGraph = {
      ...graph,
      blocks: 1,
      tokens: 1,
      streams: f64(14, 4, 14),
      residual: f64(2, 4),
      streamBias: f64(0, 0),
      edges: f64(2),
      headBias: f64(0),
      headOut: f64(2),
      ffnIn: f64(10),
      ffnBias: f64(0),
      ffnOut: f64(10),
      ffnReads: [0],
      total: 14,
    };
    expect(whole(parallel)).toEqual([14, 14]);
    expect(sublayerShares(parallel)[0]).toMatchObject({ through: 2, past: 12 });
  });
});
