// What a question is about: blocks, gate rule, operator, and the number that is explained.

/** Blocks [from, to). The final norm belongs to the range only when `to` is the number of blocks. */
export type LayerRange = readonly [from: number, to: number];

/** Which factor of a gated FFN `φ(g) ⊙ u` is frozen (math: half = mean of the two). Models without gates ignore it. */
export type GateRule = 'half' | 'up' | 'gate';

/** The direction in logit space that is explained. Rankings depend on it, so it is always named beside a result. */
export type Direction =
  | { readonly kind: 'centred' } // logit_c − mean logit
  | { readonly kind: 'logit' } // logit_c
  | { readonly kind: 'logprob' } // gradient of log p_c
  | { readonly kind: 'contrast'; readonly rivals: readonly number[] }; // logit_c − mean logit of rivals; no rivals: the runner-up

/** What is explained: an output position, a token of the vocabulary there (null: the model's top prediction), and the direction. */
export interface Target {
  readonly token: number;
  readonly class: number | null;
  readonly direction: Direction;
}

/**
 * What of the model a backward pass holds frozen: `tensor` patterns, scales and activation ratios (T itself); `attnlrp` scales and ratios, with the
 * products of attention split in halves (AttnLRP); `lrp_ah_ln` patterns and scales; `jacobian` nothing.
 */
export type OperatorName = 'tensor' | 'attnlrp' | 'lrp_ah_ln' | 'jacobian';

export interface Scope {
  readonly range: LayerRange;
  readonly gateRule: GateRule;
}

/** Rows, slices, pairs and layers exist for every operator. Absent: T. */
export type OperatorScope = Scope & { readonly operator?: OperatorName };
