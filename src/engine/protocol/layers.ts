// How an answer comes about from block to block: rows by range, and the logit lens.

import type { Matrix } from '../../tensor/matrix';
import type { Fidelity, Provenance } from './answer';
import type { Prediction } from './prompt';
import type { GateRule, OperatorName, Target } from './scope';

/** `from`: blocks [l, N) for every l, one pull. `upTo`: blocks [0, l) for every l, read through the logit lens. */
export type LayersRequest = {
  readonly target: Target;
  readonly gateRule: GateRule;
  readonly kind: 'from' | 'upTo';
  readonly operator?: OperatorName;
};

/** What the model would predict after every block at `count` tokens from `first` on: the logit lens. */
export type LensRequest = { readonly first: number; readonly count: number };

export interface LayersResult {
  readonly matrix: Matrix; // [layer, source]
  readonly bias: Float32Array; // [layer]
  readonly total: Float32Array; // [layer]
  readonly explains: string;
  readonly fidelity: Fidelity;
  readonly provenance: Provenance;
}

/** Predictions read from the residual stream after every number of blocks, through the final norm and the head. */
export interface LensResult {
  readonly first: number;
  /** [layer 0 … blocks, token, rank]: the most likely classes, best first. */
  readonly predictions: readonly (readonly (readonly Prediction[])[])[];
  /** [layer, token]: the probability of what the whole model predicts at the token. */
  readonly ofFinal: Matrix;
  readonly provenance: Provenance;
}
