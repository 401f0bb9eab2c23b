// What a backward pass lets through: the `gradient` reading with a rule. T, the Jacobian and the LRP family are the same reading with other rules; they
// differ in these numbers alone. A factor that passes nothing is frozen.

/** Which factor of a gate is frozen: shares of the two linear maps. For T they sum to 1. */
export interface GateShares {
  readonly up: number;
  readonly gate: number;
}

/** 0: the factor is frozen. 1: it passes its gradient. */
export type Passes = 0 | 1;

export interface GradientRule {
  /** 1/σ of norms, those of queries and keys included. */
  readonly scales: Passes;
  /** m(z) of φ(z) = m(z) z. */
  readonly multipliers: Passes;
  /** Shares of the two factors of φ(g) ⊙ u; the share of φ(g) goes on through `multipliers`. */
  readonly gate: GateShares;
  /** Shares of the two factors of A v. */
  readonly values: number;
  readonly patterns: number;
  /** Share of each factor of q·k. Nothing reaches them where `patterns` is 0. */
  readonly scores: number;
}

/** Nothing frozen: rows of the Jacobian. */
export const jacobian: GradientRule = {
  scales: 1,
  multipliers: 1,
  gate: { up: 1, gate: 1 },
  values: 1,
  patterns: 1,
  scores: 1,
};

/** What T freezes: attention patterns, 1/σ, m. */
export const frozenRule = (gate: GateShares): GradientRule => ({
  scales: 0,
  multipliers: 0,
  gate,
  values: 1,
  patterns: 0,
  scores: 0,
});

/** LRP(AH+LN) of Ali et al. 2022: patterns and 1/σ are frozen, activations and gates are not. */
export const lrpAhLn: GradientRule = { ...jacobian, scales: 0, patterns: 0, scores: 0 };

/** AttnLRP of Achtibat et al. 2024: T with the query/key path open; both products of attention are split in halves, the softmax is linearised. */
export const attnLrp = (gate: GateShares): GradientRule => ({
  ...frozenRule(gate),
  values: 0.5,
  patterns: 0.5,
  scores: 0.5,
});
