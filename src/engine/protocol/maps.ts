// Maps over (output token, input token).

import type { Matrix } from '../../tensor/matrix';
import type { Fidelity, Provenance } from './answer';
import type { Direction, LayerRange, Scope } from './scope';

/** The maps of the tensor, L×L over (output token, input token). Formulas: docs/formulas.md 3. */
export type TensorMapName = 'in' | 'out' | 'in_out' | 'norm' | 'in_class' | 'trace' | 'spectral' | 'nuclear';
/** Maps that random probes estimate. */
export type ProbedMapName = 'norm' | 'trace';

/** The maps of attention alone. */
export type AttentionMapName = 'attention' | 'rollout' | 'flow';

/** Lengths of the vectors that attention moves, of one block. Formulas: docs/formulas.md 5. */
export type BlockNormName = 'attn_n' | 'attn_res_n' | 'attn_res_ln_n';

/** The same multiplied through the blocks. */
export type NormChainName = 'rollout_attn_n' | 'rollout_attn_res' | 'globenc' | 'alti';

/**
 * Who bears what biases add: a source of its own (`token`, as everywhere in the tensor), or the sources in proportion to |b · z|, to ‖z‖, or equally
 * (DecompX).
 */
export type BiasSharing = 'token' | 'absDot' | 'norm' | 'equal';

export type MapName = TensorMapName | AttentionMapName | BlockNormName | NormChainName | 'decompx';

export type MapRequest =
  | ({ readonly map: 'in' | 'out' | 'in_out' | 'spectral' | 'nuclear' } & Scope)
  /** `probes`: estimated from so many random directions of every T_ij, of dModel; all of them are exact. Absent: exact, by unit vectors. */
  | ({ readonly map: ProbedMapName; readonly probes?: number } & Scope)
  /** Row i explains token i's own top prediction, or `class` in every row when it is given. */
  | ({ readonly map: 'in_class'; readonly class: number | null; readonly direction: Direction } & Scope)
  /** The same rows with the biases shared among the sources. */
  | ({
      readonly map: 'decompx';
      readonly class: number | null;
      readonly direction: Direction;
      readonly biases: BiasSharing;
    } & Scope)
  /** Mean over heads when `head` is null; max: the largest of them. */
  | { readonly map: 'attention'; readonly layer: number; readonly head: number | 'max' | null }
  | { readonly map: BlockNormName; readonly layer: number }
  | { readonly map: NormChainName; readonly range: LayerRange }
  | { readonly map: 'rollout' | 'flow'; readonly range: LayerRange };

/** How far an estimate from random probes may be off. */
export interface MapEstimate {
  readonly probes: number;
  /** With so many the map is exact. */
  readonly of: number;
  /** The exact value lies within ± band of the entry, [output, source], … */
  readonly band: Float32Array;
  /** … for this share of the entries: 0.95. */
  readonly confidence: number;
}

export interface MapResult {
  readonly matrix: Matrix;
  /** Absent: the map is exact. */
  readonly estimate?: MapEstimate;
  /** Bias share of every row, in the unit of the map, where the map conserves a total; else null. */
  readonly bias: Float32Array | null;
  /** What row i must sum to together with its bias; else null. */
  readonly total: Float32Array | null;
  readonly fidelity: Fidelity;
  readonly provenance: Provenance;
}
