import { describe, expect, test } from 'vitest';
import type { FlowGraph } from '../engine/protocol';
import { flowEdges, nodeKey, renormalised, strongEdges } from './flowEdges';
import { flowResiduals, headEdges, headOutputs } from './flowGraph';

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
