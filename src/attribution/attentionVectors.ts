// Attention by the vectors that it moves (docs/formulas.md 5, after Kobayashi et al. 2020 and 2021): what the maps of vector norms start from.
//   f_h(x_j)  the value that head h takes from token j, W_O applied, value bias in, output bias out
//   v_ij      Σ_h A_h[i, j] f_h(x_j) + δ_ij X_i, X the residual stream that enters the block
//   t_ij      v_ij; in post-norm blocks N₁(v_ij) with the true 1/σ_i and no bias
// The vectors themselves stay on the device: here are their lengths.

/** Of one block. Matrices [output token, input token]; entries at which causal attention cannot look are 0 where t_ij = 0 gives 0. */
export interface VectorNorms {
  /** ‖Σ_h A_h[i, j] f_h(x_j)‖₂. */
  readonly attention: Float64Array;
  /** ‖v_ij‖₂. */
  readonly residual: Float64Array;
  /** ‖N₁(v_ij)‖₂; null: nothing on the residual path is normed. */
  readonly normed: Float64Array | null;
  /** ‖N₂(N₁(v_ij))‖₂, the FFN's output left out; null likewise. */
  readonly normedTwice: Float64Array | null;
  /** ‖y_i − t_ij‖₁, y_i the true value that the t_ij are parts of, biases in. */
  readonly rest: Float64Array;
  /** [token]: ‖y_i‖₁. */
  readonly whole: Float64Array;
  /** [token]: ‖Σ_{j≠i} t_ij‖₂. */
  readonly mixed: Float64Array;
  /** [token]: ‖t_ii‖₂. */
  readonly kept: Float64Array;
}
