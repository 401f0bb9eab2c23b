// The conserved flow graph and its nodes.

import type { Provenance, ScoredToken } from './answer';
import type { GateRule, Target } from './scope';

/** What is asked: the graph of a logit's direction, or of ‖y_i‖² when only a token is named. The whole model, all its blocks. */
export type FlowGraphRequest = {
  readonly target: Target | { readonly token: number };
  readonly gateRule: GateRule;
};

/**
 * The conserved flow graph: signed contributions to one explained number, such that at every node what enters equals what leaves, and every cut sums to
 * the number. Stream 2b: residual stream before block b; 2b + 1: after its attention; docs/formulas.md 6 and analysis/flowGraph.ts tell the edges.
 */
export interface FlowGraph {
  readonly blocks: number;
  readonly heads: number;
  readonly tokens: number;
  readonly streams: Floats; // [2 blocks + 1, token]: values of the stream's nodes
  readonly residual: Floats; // [2 blocks, token]: stream s → s + 1
  readonly streamBias: Floats; // [2 blocks, token]: biases → stream s + 1
  readonly edges: Floats; // [block, head, output token, source]: stream 2b at the source → head at the output token
  readonly headBias: Floats; // [block, head, token]
  readonly headOut: Floats; // [block, head, token]: head → stream 2b + 1
  readonly ffnIn: Floats; // [block, token]: stream 2b + ffnReads → FFN
  readonly ffnBias: Floats; // [block, token]
  readonly ffnOut: Floats; // [block, token]: FFN → stream 2b + 2
  /** [block]: 0 where the FFN reads the stream before attention (parallel blocks). */
  readonly ffnReads: readonly (0 | 1)[];
  /** Biases behind the last block: final norm, head. */
  readonly endBias: number;
  readonly total: number;
}

type Floats = Float32Array | Float64Array;

export interface FlowGraphResult {
  readonly graph: FlowGraph;
  readonly explains: string;
  /** Worst node balance and worst cut, as shares of the explained number, before the numbers were rounded to be sent. */
  readonly residuals: { readonly nodes: number; readonly cuts: number };
  readonly provenance: Provenance;
}

/** A node of the flow graph whose vector is read through the logit lens. */
export interface ComponentRequest {
  readonly block: number;
  /** A head by its number, or a whole sublayer. */
  readonly part: number | 'attention' | 'ffn';
  readonly token: number;
}

/** Tokens whose logits the component raises and lowers most, less the mean over the vocabulary, by the final norm's true scale at the token. */
export interface ComponentResult {
  readonly promotes: readonly ScoredToken[];
  readonly suppresses: readonly ScoredToken[];
  /** Length of the component's vector. */
  readonly length: number;
}
