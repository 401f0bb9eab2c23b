// How much of the explained number passes through every sublayer: sums over the cut of the conserved flow graph just behind it. Pure.

import type { FlowGraph } from '../engine/protocol';

/** through + past + bias + later = the explained number. */
export interface SublayerShare {
  readonly block: number;
  readonly sublayer: 'attention' | 'ffn';
  /** Through each head; empty for an FFN. */
  readonly heads: readonly number[];
  /** Through the sublayer: its heads together, or the FFN. */
  readonly through: number;
  /** Past it, on the residual stream (of parallel blocks also what the FFN beside it carries). */
  readonly past: number;
  /** What biases bring to the stream just there (b_O, b_2, a post-norm's β). */
  readonly bias: number;
  /** What biases bring behind the cut. */
  readonly later: number;
}

/** In the order of the model: attention and FFN of block 0, of block 1, … */
export function sublayerShares(graph: FlowGraph): SublayerShare[] {
  const { blocks, heads, tokens, endBias } = graph;
  const list: SublayerShare[] = [];
  let behind = endBias;
  for (let block = blocks - 1; block >= 0; block--) {
    const ffn = {
      block,
      sublayer: 'ffn' as const,
      heads: [],
      through: part(graph.ffnOut, block, tokens),
      past: part(graph.residual, 2 * block + 1, tokens),
      bias: part(graph.streamBias, 2 * block + 1, tokens),
      later: behind,
    };
    behind += ffn.bias + part(graph.ffnBias, block, tokens);
    const each = Array.from({ length: heads }, (_, head) => part(graph.headOut, block * heads + head, tokens));
    const attention = {
      block,
      sublayer: 'attention' as const,
      heads: each,
      through: each.reduce((a, b) => a + b, 0),
      past:
        part(graph.residual, 2 * block, tokens) + (graph.ffnReads[block] === 0 ? part(graph.ffnIn, block, tokens) : 0),
      bias: part(graph.streamBias, 2 * block, tokens),
      later: behind,
    };
    behind += attention.bias + part(graph.headBias, block, heads * tokens);
    list.unshift(attention, ffn);
  }
  return list;
}

/** Σ over the `index`-th run of `length` numbers. */
function part(values: ArrayLike<number>, index: number, length: number): number {
  let sum = 0;
  for (let at = index * length; at < (index + 1) * length; at++) sum += values[at]!;
  return sum;
}
