// The conserved flow graph of one explained number (docs/formulas.md 6): every component's signed contribution, such that what enters a node leaves
// it and every cut sums to the number. Here the arithmetic on what the engine found, and its checks; the picture is elsewhere.
//
// Stream s, token i: the residual stream before block 0 (s = 0), after the attention of block b (s = 2b + 1), after block b (s = 2b + 2).
//   stream s ──residual──▶ stream s + 1          stream 2b, token j ──edge──▶ head (b, h) at i ──out──▶ stream 2b + 1, token i
//   stream 2b or 2b + 1 ──▶ FFN b at i ──▶ stream 2b + 2, token i          biases ──▶ head, FFN, stream, end
//   last stream, all tokens ──▶ end

import type { FlowGraph } from '../engine/protocol';

export interface HeadParts {
  readonly heads: number;
  readonly kvHeads: number;
  readonly dHead: number;
  readonly tokens: number;
  readonly pattern: ArrayLike<number>; // [head, query, key]
  /** Cotangent of the mix, [query, (head, channel)]. */
  readonly cotangent: ArrayLike<number>;
}

/**
 * Σ_c g[i, h, c] · A_h[i, j] · v[j, g(h), c] for every head and pair of tokens: [head, query, key]. `values` [key, (key/value head, channel)]: the
 * linear part of the values, or what biases make of them.
 */
export function headEdges(parts: HeadParts, values: ArrayLike<number>): Float64Array {
  const { heads, kvHeads, dHead, tokens, pattern, cotangent } = parts;
  const out = new Float64Array(heads * tokens * tokens);
  for (let h = 0; h < heads; h++) {
    const kv = Math.floor(h / (heads / kvHeads));
    for (let i = 0; i < tokens; i++) {
      for (let j = 0; j < tokens; j++) {
        const at = (h * tokens + i) * tokens + j;
        const weight = pattern[at]!;
        if (weight === 0) continue;
        const [g, v] = [(i * heads + h) * dHead, (j * kvHeads + kv) * dHead];
        let dot = 0;
        for (let c = 0; c < dHead; c++) dot += cotangent[g + c]! * values[v + c]!;
        out[at] = weight * dot;
      }
    }
  }
  return out;
}

/** g[i, h] · m[i, h] for every head: [head, token]. `mixed` [token, (head, channel)]: what the heads give. */
export function headOutputs({ heads, dHead, tokens, cotangent }: HeadParts, mixed: ArrayLike<number>): Float64Array {
  const out = new Float64Array(heads * tokens);
  for (let i = 0; i < tokens; i++) {
    for (let h = 0; h < heads; h++) {
      for (let c = 0; c < dHead; c++) {
        const at = (i * heads + h) * dHead + c;
        out[h * tokens + i]! += cotangent[at]! * mixed[at]!;
      }
    }
  }
  return out;
}

export interface FlowResiduals {
  /** Worst |what enters a node − what leaves it|, as a share of the explained number. */
  readonly nodes: number;
  /** Worst |sum over a cut − the explained number|, likewise. */
  readonly cuts: number;
}

/** A value that is not finite gives Infinity. */
export function flowResiduals(graph: FlowGraph): FlowResiduals {
  const scale = Math.abs(graph.total);
  const worst = (errors: readonly number[]) => {
    let largest = 0;
    for (const error of errors) {
      if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
      largest = Math.max(largest, Math.abs(error));
    }
    return largest === 0 ? 0 : largest / scale;
  };
  return { nodes: worst(nodeErrors(graph)), cuts: worst(cutErrors(graph)) };
}

/** What enters a node less what leaves it. */
function nodeErrors(graph: FlowGraph): number[] {
  const { blocks, heads, tokens, streams, residual, streamBias, edges, headBias, headOut } = graph;
  const errors: number[] = [];
  for (let b = 0; b < blocks; b++) {
    const [before, middle, after] = [2 * b, 2 * b + 1, 2 * b + 2].map((s) => s * tokens) as [number, number, number];
    for (let i = 0; i < tokens; i++) {
      let [intoMiddle, outOfBefore] = [residual[before + i]! + streamBias[before + i]!, residual[before + i]!];
      for (let h = 0; h < heads; h++) {
        const head = (b * heads + h) * tokens;
        let entering = headBias[head + i]!;
        for (let j = 0; j < tokens; j++) {
          entering += edges[(head + i) * tokens + j]!;
          outOfBefore += edges[(head + j) * tokens + i]!;
        }
        errors.push(entering - headOut[head + i]!);
        intoMiddle += headOut[head + i]!;
      }
      const ffn = b * tokens + i;
      const readsMiddle = graph.ffnReads[b] === 1;
      if (!readsMiddle) outOfBefore += graph.ffnIn[ffn]!;
      const outOfMiddle = residual[middle + i]! + (readsMiddle ? graph.ffnIn[ffn]! : 0);
      errors.push(streams[before + i]! - outOfBefore);
      errors.push(intoMiddle - streams[middle + i]!, streams[middle + i]! - outOfMiddle);
      errors.push(graph.ffnIn[ffn]! + graph.ffnBias[ffn]! - graph.ffnOut[ffn]!);
      errors.push(residual[middle + i]! + graph.ffnOut[ffn]! + streamBias[middle + i]! - streams[after + i]!);
    }
  }
  return errors;
}

/** Sums over the cuts through every stream, with the biases that enter behind it, less the explained number. */
function cutErrors(graph: FlowGraph): number[] {
  const { blocks, heads, tokens, total, streams, streamBias, headBias, ffnBias, ffnIn } = graph;
  const sum = (values: ArrayLike<number>, from: number, count: number) => {
    let result = 0;
    for (let at = from; at < from + count; at++) result += values[at]!;
    return result;
  };
  const errors: number[] = [];
  let behind = graph.endBias;
  errors.push(sum(streams, 2 * blocks * tokens, tokens) + behind - total);
  for (let b = blocks - 1; b >= 0; b--) {
    behind += sum(ffnBias, b * tokens, tokens) + sum(streamBias, (2 * b + 1) * tokens, tokens);
    // An FFN that reads the stream before attention passes the cut in the middle by itself.
    const beside = graph.ffnReads[b] === 0 ? sum(ffnIn, b * tokens, tokens) : 0;
    errors.push(sum(streams, (2 * b + 1) * tokens, tokens) + beside + behind - total);
    behind += sum(headBias, b * heads * tokens, heads * tokens) + sum(streamBias, 2 * b * tokens, tokens);
    errors.push(sum(streams, 2 * b * tokens, tokens) + behind - total);
  }
  return errors;
}
