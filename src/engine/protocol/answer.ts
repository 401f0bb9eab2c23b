// What comes with answers of every kind: their price, where they come from, how exact they are.

import type { GateRule, LayerRange } from './scope';

/** FLOPs, bytes and time known before anything is computed. */
export interface Plan {
  readonly flops: number;
  /** Largest sum of live arrays on the device at any moment, beyond weights and trace. */
  readonly peakBytes: number;
  /** Predicted for this device; null before it has been measured. */
  readonly seconds: number | null;
  readonly description: string;
}

export interface Provenance {
  readonly model: string;
  readonly revision: string;
  readonly ids: readonly number[];
  readonly range: LayerRange;
  readonly gateRule: GateRule | null;
  /** The formula by its name in docs/formulas.md 3 or 4. */
  readonly formula: string;
  /** The direction in words ("mary − john, logits"), null where none applies. */
  readonly direction: string | null;
  readonly device: string;
  readonly seconds: number;
  readonly plan: Plan | null;
}

/** Measured errors; null where the quantity does not exist for the result. All relative. */
export interface Fidelity {
  /** ‖Σ_j T_ij x_j + B_i − y_i‖ / ‖y_i‖ over all output tokens together. */
  readonly completeness: number | null;
  /** |Σ_j M_ij + bias − total| / |total|, worst row, each total taken at least at the scale of the largest. */
  readonly conservation: number | null;
}

export interface ScoredToken {
  readonly id: number;
  readonly piece: string;
  readonly score: number;
}
