// A conserved flow graph out of nothing, for the fake engine and for tests of the picture: any sizes, seeded, what enters a node leaves it.

import type { FlowGraph } from '../../engine/protocol';
import { seededRandom } from '../../tensor/random';

/** Built from the end: every node's value is parted among what may have brought it. */
export function flowGraphOf(blocks: number, heads: number, tokens: number, explained: number, total = 3): FlowGraph {
  const random = seededRandom(13);
  const array = (length: number) => new Float64Array(length);
  const graph = {
    blocks,
    heads,
    tokens,
    streams: array((2 * blocks + 1) * tokens),
    residual: array(2 * blocks * tokens),
    streamBias: array(2 * blocks * tokens),
    edges: array(blocks * heads * tokens * tokens),
    headBias: array(blocks * heads * tokens),
    headOut: array(blocks * heads * tokens),
    ffnIn: array(blocks * tokens),
    ffnBias: array(blocks * tokens),
    ffnOut: array(blocks * tokens),
    ffnReads: Array.from({ length: blocks }, () => 1 as const),
    endBias: 0.1 * total,
    total,
  };
  const { streams, residual, streamBias, edges, headBias, headOut, ffnIn, ffnBias, ffnOut } = graph;
  streams[2 * blocks * tokens + explained] = 0.9 * total;
  for (let b = blocks - 1; b >= 0; b--) {
    const [before, middle, after] = [2 * b, 2 * b + 1, 2 * b + 2].map((s) => s * tokens) as [number, number, number];
    for (let i = 0; i < tokens; i++) {
      const [value, ffn] = [streams[after + i]!, b * tokens + i];
      ffnOut[ffn] = value * (random() - 0.3);
      ffnBias[ffn] = 0.1 * ffnOut[ffn]!;
      ffnIn[ffn] = ffnOut[ffn]! - ffnBias[ffn]!;
      streamBias[middle + i] = 0.05 * value;
      residual[middle + i] = value - ffnOut[ffn]! - streamBias[middle + i]!;
      streams[middle + i] = residual[middle + i]! + ffnIn[ffn]!;
    }
    for (let i = 0; i < tokens; i++) {
      const value = streams[middle + i]!;
      let rest = value * 0.97;
      streamBias[before + i] = value - rest;
      for (let h = 0; h < heads; h++) {
        const head = (b * heads + h) * tokens + i;
        headOut[head] = (value * (random() - 0.4)) / heads;
        headBias[head] = 0.1 * headOut[head]!;
        rest -= headOut[head]!;
        const weights = Array.from({ length: i + 1 }, () => random() ** 4);
        const whole = weights.reduce((a, w) => a + w, 0);
        weights.forEach((weight, j) => {
          const edge = ((headOut[head]! - headBias[head]!) * weight) / whole;
          edges[head * tokens + j] = edge;
          streams[before + j]! += edge;
        });
      }
      residual[before + i] = rest;
      streams[before + i]! += rest;
    }
  }
  return graph;
}
