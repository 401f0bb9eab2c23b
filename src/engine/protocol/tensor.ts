// Parts of the tensor, or of another operator: rows, slices and pairs.

import type { Matrix } from '../../tensor/matrix';
import type { Fidelity, Provenance, ScoredToken } from './answer';
import type { BiasSharing } from './maps';
import type { Prediction } from './prompt';
import type { OperatorScope, Target } from './scope';

/** The rows of one or several targets, added up. */
export type RowRequest = OperatorScope & {
  readonly targets: readonly Target[];
  /** Absent: a source of their own. */
  readonly biases?: BiasSharing;
};

export type SliceRequest = OperatorScope & { readonly token: number; readonly target: Target | null };

export type PairRequest = OperatorScope & {
  readonly token: number;
  readonly source: number;
  readonly directions: number;
};

/** The row of a target: signed contribution of every source, and the bias; they sum to `total`. Several targets are added up. */
export interface RowResult {
  readonly contributions: Float32Array; // [source]
  readonly bias: number;
  readonly total: number;
  /** The explained quantity in words: "logit mary − logit john". */
  readonly explains: string;
  readonly classes: readonly Prediction[];
  readonly rivals: readonly (readonly Prediction[])[];
  readonly fidelity: Fidelity;
  readonly provenance: Provenance;
}

/** T[i,:,:,:], exact, and its contractions. */
export interface SliceResult {
  readonly token: number;
  readonly dModel: number;
  readonly slice: Float32Array; // [dModel (output d), source j, dModel (input e)]
  readonly contributions: Matrix; // [dModel d, source j]: Σ_e T x
  readonly readOut: Matrix; // [source j, dModel e]: Σ_d y_d T
  readonly classDirection: Matrix | null; // [source j, dModel e]: Σ_d u_d T, when a target was given
  readonly norms: Float32Array; // [source]: ‖T_ij‖_F
  readonly fidelity: Fidelity;
  readonly provenance: Provenance;
}

export interface SingularDirection {
  readonly value: number;
  /** Tokens whose embedding lies most along the input direction (positive end, negative end). */
  readonly reads: readonly [positive: readonly ScoredToken[], negative: readonly ScoredToken[]];
  /** Tokens whose logits the output direction raises and lowers most. */
  readonly writes: readonly [positive: readonly ScoredToken[], negative: readonly ScoredToken[]];
}

export interface PairResult {
  readonly token: number;
  readonly source: number;
  readonly matrix: Matrix; // [dModel d, dModel e] = T_ij
  readonly singularValues: Float32Array; // descending
  readonly directions: readonly SingularDirection[];
  readonly trace: number;
  readonly frobenius: number;
  readonly provenance: Provenance;
}
