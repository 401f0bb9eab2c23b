// Other methods' rows, and the tensor beside the Jacobian.

import type { Matrix } from '../../tensor/matrix';
import type { Provenance } from './answer';
import type { Prediction } from './prompt';
import type { GateRule, Scope, Target } from './scope';

/** How one number is explained by one row over the tokens, besides rows of T. Formulas: docs/formulas.md 7. */
export type MethodName =
  | 'saliency'
  | 'gradient_x_input'
  | 'integrated_gradients'
  | 'lrp_ah_ln'
  | 'attnlrp'
  | 'chefer'
  | 'ablation';

/** About the whole model, from x0 to the target. */
export interface AttributeRequest {
  readonly target: Target;
  readonly method: MethodName;
  /** Of gated feed-forward layers, for `attnlrp`; AttnLRP as published is `half`. */
  readonly gateRule: GateRule;
  /** `integrated_gradients`: so many equal steps. Absent: intervals are halved until the parts add up. */
  readonly steps?: number;
  /** `ablation`: the token that takes the place of the one left out. Absent: a zero embedding, position included. */
  readonly substitute?: number;
}

/** T beside the Jacobian of the same output. */
export type BesideRequest = Scope & { readonly token: number };

/** What an actual change E of x0 does to the explained number, against what T's row and the Jacobian's row say. */
export interface RemainderRequest {
  readonly target: Target;
  readonly gateRule: GateRule;
  /** |E| as parts of |x0|, up to 1. */
  readonly sizes: readonly number[];
  /** Random directions, the same at every size. */
  readonly directions: number;
  readonly seed: number;
}

export interface BesideResult {
  readonly token: number;
  /** Frobenius norms for every source: of T_ij, J_ij and J_ij − T_ij. */
  readonly tensor: Float32Array;
  readonly jacobian: Float32Array;
  readonly difference: Float32Array;
  /** ‖Σ_j O_ij x_j + B_i − y_i‖ / ‖y_i‖ for O = T and O = J, B the biases of T. */
  readonly completeness: { readonly tensor: number; readonly jacobian: number };
  readonly provenance: Provenance;
}

/** [size, direction] each. */
export interface RemainderResult {
  /** |F(x + E) − F(x)|. */
  readonly change: Float32Array;
  /** |F(x + E) − F(x) − o · E| for the rows of T and of the Jacobian. */
  readonly tensor: Float32Array;
  readonly jacobian: Float32Array;
  readonly explains: string;
  readonly provenance: Provenance;
}

export interface AttributeResult {
  readonly relevance: Float32Array; // [source]
  /** What the relevances are parts of, and what of it they leave over; null: they are parts of nothing. */
  readonly total: number | null;
  readonly leftOver: number | null;
  /** `chefer`: relevance of every token for every other; its row of the target is what is asked. */
  readonly map: Matrix | null;
  /**
   * `integrated_gradients`: gradients taken, how far their parts are from adding up, by how much a single token may be off (null: not estimated), and the
   * explained number without any input.
   */
  readonly integration: {
    readonly steps: number;
    readonly gap: number;
    readonly error: number | null;
    readonly withoutInput: number;
  } | null;
  readonly explains: string;
  readonly class: Prediction;
  readonly provenance: Provenance;
}
