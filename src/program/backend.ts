// What the readings compute with: a short list of primitives on arrays that a backend holds. Two backends implement it, with the same
// semantics and nothing shared: WGSL kernels on a GPU (f32), and the float64 reference on the CPU. A call *encodes*: a GPU backend records it
// and runs it later in order, so results exist only after `read`. Not a general array library: only what the ops need.
//
// Conventions. Arrays are row-major. A **signal** is what flows through a reading, always [token, column, channel]:
//   run   activations, one column
//   push  contributions, one column a source token (or one column for the biases)
//   pull  cotangents, one column a cotangent
// A signal may cover a window of the tokens only (`firstToken`, `tokens`): outside it is zero. Coefficients
// (weights, frozen factors, patterns) always cover all tokens of the trace.
// A signal may be **staggered**: column s begins at token firstToken + s, and what is before it, zero, is not stored. So lie the contributions of
// neighbouring sources in a causal model. `linear`, `norm`, `multiply`, `add`, `linearPerToken`, causal `mix`, `diagonal`, `expandSources` and the
// collapses take and make such signals; what is added to one has the same window and is staggered too.

import type { Activation } from './activations';

/** An array held by a backend. Its shape is fixed; its content is known to the backend only. */
export interface DeviceArray {
  readonly shape: readonly number[];
}

/** [token, column, channel] for tokens firstToken … firstToken + tokens − 1; zero elsewhere. */
export interface Signal {
  readonly firstToken: number;
  readonly tokens: number;
  readonly columns: number;
  readonly channels: number;
  readonly data: DeviceArray; // [tokens, columns, channels]; staggered: [row, 1, channels] (staggered.ts)
  readonly staggered?: boolean;
}

/** How a matrix lies in memory: x W with W `[in, out]`, or x Wᵀ with W `[out, in]` as torch's Linear stores it. */
export type Layout = 'inOut' | 'outIn';

/** How a device stores weight matrices. What is computed with them is in its own precision either way. */
export type WeightStorage = 'f32' | 'f16';

export interface UploadedMatrix {
  readonly array: DeviceArray;
  /** max|stored − given| / max|given|, beyond what float32 rounds: 0 unless the backend stores half precision. */
  readonly rounding: number;
}

export interface HeadShape {
  readonly heads: number;
  /** Key/value heads; query head h uses key/value head floor(h / (heads / kvHeads)). */
  readonly kvHeads: number;
  readonly dHead: number;
}

export type { Activation };

/** What becomes of a product before it is stored: y ← factor · coefficients[token, channel] ⊙ y, then y + added. */
export interface Epilogue {
  readonly multiply: { readonly coefficients: DeviceArray; readonly factor: number } | null;
  /** Columns and channels agree; windows may differ, the result covers both. */
  readonly added: Signal | null;
}

export type NormKind = 'layer' | 'rms';

/** What is subtracted and what is multiplied when a norm is frozen: y = gain ⊙ (x − [layer: mean_ch x]) · inverseSigma + bias. */
export interface FrozenNorm {
  readonly kind: NormKind;
  readonly gain: DeviceArray; // [channel]
  readonly inverseSigma: DeviceArray; // [token]
}

/** Which channels of a head turn together, for k < rotaryDim/2: (k, k + rotaryDim/2), or (2k, 2k + 1). */
export type RotaryPairs = 'halves' | 'neighbours';

/** Rotary positions: pair k of each head turns by the angle of (token, k); channels from rotaryDim on pass. */
export interface RotaryTable {
  readonly rotaryDim: number;
  readonly pairs: RotaryPairs;
  readonly cos: DeviceArray; // [token, rotaryDim/2]
  readonly sin: DeviceArray; // [token, rotaryDim/2]
}

/** How a measured number becomes a weight: its size, its square root, or 1 wherever it is not 0. */
export type ShareMeasure = 'size' | 'root' | 'presence';

export interface MixShape extends HeadShape {
  readonly causal: boolean;
}

/** What is done to q·k before the softmax. */
export interface ScoreShape {
  /** Factor of q·k. */
  readonly scale: number;
  /** Keys that a query sees, itself included: i − window < j ≤ i. Causal attention only; left out: all j ≤ i. */
  readonly window?: number;
  /** Scaled scores s become softCap · tanh(s / softCap); left out: they stay. */
  readonly softCap?: number;
}

export interface PatternShape extends MixShape, ScoreShape {}

export interface Backend {
  readonly kind: 'webgpu' | 'reference';

  // ---- host ⇄ device --------------------------------------------------------------------------------------------------------
  /** Copies numbers to the device, rounded to its precision. */
  upload(data: ArrayLike<number>, shape: readonly number[], label: string): DeviceArray;
  /**
   * A weight matrix, for `linear` and `gatherRows` only: the backend may hold it in parts, so that it may be larger than `maxArrayBytes`, and in half
   * precision. UserError names a matrix with a number that half precision does not reach.
   */
  uploadMatrix(data: ArrayLike<number>, shape: readonly number[], label: string): UploadedMatrix;
  /** Row indices for `gatherRows`. */
  uploadIndices(data: ArrayLike<number>, label: string): DeviceArray;
  zeros(shape: readonly number[], label: string): DeviceArray;
  /** Waits until everything encoded so far has run, and copies one array back. */
  read(array: DeviceArray): Promise<Float32Array | Float64Array>;
  /** Submits what is encoded and resolves when the device has done it. */
  finish(): Promise<void>;
  /** The array is not used by later calls; calls already encoded may still read it. */
  free(array: DeviceArray): void;
  /** Bytes that a number takes on the device. */
  readonly bytesPerNumber: number;
  /** The same of a weight matrix. */
  readonly bytesPerWeight: number;
  /** Largest single array, in bytes; of matrices each row. */
  readonly maxArrayBytes: number;
  /**
   * FLOPs that take about as long as encoding and starting one call: for choices that must not depend on the moment, as measured speeds would make
   * them.
   */
  readonly callFlops: number;
  /** Bytes of all arrays alive, and the largest sum since `resetPeak`. */
  memory(): { readonly live: number; readonly peak: number };
  resetPeak(): void;
  /** From now on idle memory is given back rather than that more than `bytes` are held. Left out: the backend keeps none. */
  holdWithin?(bytes: number): void;

  // ---- linear, once frozen: each has its adjoint -----------------------------------------------------------------------------
  /**
   * y = x W (+ bias in every column), and the epilogue. W is `[in, out]` (layout inOut) or `[out, in]` (outIn).
   * The adjoint of (W, layout) is the same call without bias and with the other layout.
   */
  linear(x: Signal, weight: DeviceArray, layout: Layout, bias: DeviceArray | null, epilogue?: Epilogue): Signal;
  /** gain ⊙ (x − mean) · inverseSigma (+ bias in every column) (+ added, as in an epilogue). */
  norm(x: Signal, frozen: FrozenNorm, bias: DeviceArray | null, added?: Signal | null): Signal;
  /** Adjoint of `norm` without bias: C((gain ⊙ g) · inverseSigma) (+ added), C subtracts the channel mean for `layer`, nothing for `rms`. */
  normAdjoint(g: Signal, frozen: FrozenNorm, added?: Signal | null): Signal;
  /** factor · coefficients[token, channel] ⊙ x; its own adjoint. */
  multiply(x: Signal, coefficients: DeviceArray, factor: number): Signal;
  /** x + y; windows may differ, the result covers both. Columns and channels agree. */
  add(x: Signal, y: Signal): Signal;
  /**
   * out[i, s, (h, c)] = Σ_j pattern[h, i, j] · values[j, s, (g(h), c)].
   * causal: the result covers tokens firstToken … L−1 of the trace's L, else all queries. A single head that is not causal may have fewer
   * queries than keys.
   */
  mix(pattern: DeviceArray, values: Signal, shape: MixShape): Signal;
  /**
   * out[j, s, (g, c)] = Σ_{h of group g} Σ_i pattern[h, i, j] · cotangents[i, s, (h, c)].
   * causal: the result covers tokens 0 … last token of g, else all keys.
   */
  mixAdjoint(pattern: DeviceArray, g: Signal, shape: MixShape): Signal;
  /**
   * y[i, c, :] = x[i, c, :] M_i with a matrix of its own for every token: `operators` [token, in, out] covers the window of x. Layout outIn: x M_iᵀ,
   * the matrices [token, out, in]. The adjoint is the same call with the other layout.
   */
  linearPerToken(x: Signal, operators: Signal, layout: Layout): Signal;

  // ---- sources before they meet: one row a source token, or one a source and head -----------------------------------------------
  /** A copy of the tokens firstToken … firstToken + tokens − 1, which lie in the window of x. */
  takeTokens(x: Signal, firstToken: number, tokens: number): Signal;
  /** Copies x over the same tokens of `target`, whose window covers it. */
  putTokens(target: Signal, x: Signal): void;
  /** apart[j, h, (h', c)] = values[j, 0, (g(h), c)] where h = h', else 0: what query head h sees of token j, a column a head. values: one column. */
  headsApart(values: Signal, shape: HeadShape): Signal;
  /**
   * Contributions of sources that have met once: Z[i, s, :] = scales[i] · Σ_h pattern[h, i, j] · basis[j, h, :] (+ own[j, 0, :] where i = j), with j the
   * s-th token of basis. `own` (one column, the window of basis) and `scales` [token] may be left out.
   * causal: the result is staggered, from the first token of basis on; else it covers all tokens of the pattern.
   */
  expandSources(
    pattern: DeviceArray,
    basis: Signal,
    own: Signal | null,
    scales: DeviceArray | null,
    causal: boolean,
  ): Signal;

  // ---- what freezing needs (one column) ---------------------------------------------------------------------------------------
  /** rows of `table` [rows, channel], one a token. */
  gatherRows(table: DeviceArray, indices: DeviceArray): Signal;
  /**
   * [token]: 1 / √(var + eps) (layer; biased variance) or 1 / √(mean(x²) + eps) (rms); and the value, which is `norm` of x with it. `added`
   * covers the window of x.
   */
  normalise(
    x: Signal,
    norm: {
      readonly kind: NormKind;
      readonly eps: number;
      readonly gain: DeviceArray;
      readonly bias: DeviceArray | null;
    },
    added?: Signal | null,
  ): { readonly inverseSigma: DeviceArray; readonly value: Signal };
  /** RMS norm of every head's channels by themselves: gain ⊙ x / √(mean x² + eps), the gain [dHead] the same for all heads. */
  headNorm(x: Signal, gain: DeviceArray, eps: number): Signal;
  /**
   * q, k → post-softmax attention [head, query, key]; rotary first when given; `slopes` [head]: each score + slope · (j − i), after the soft
   * cap. Masked entries are exactly 0.
   */
  pattern(
    q: Signal,
    k: Signal,
    shape: PatternShape,
    rotary: RotaryTable | null,
    slopes?: DeviceArray | null,
  ): DeviceArray;
  /** m(z) = (φ(z) − φ(0))/z in closed form, [token, channel], and the value φ(z) = φ(0) + m(z) z. */
  activate(z: Signal, activation: Activation): { readonly multiplier: DeviceArray; readonly value: Signal };
  /** What a gate φ(g) ⊙ u is frozen to: up = φ(g), gate = m(g) ⊙ u, both [token, channel]; and its value. */
  gate(
    g: Signal,
    u: Signal,
    activation: Activation,
  ): { readonly up: DeviceArray; readonly gate: DeviceArray; readonly value: Signal };

  // ---- what is shared out over columns -----------------------------------------------------------------------------------------
  /**
   * x + share · vector in every column, share = w / Σ over the token's columns of w, w the measure of `measured` [tokens of x, column]; a token whose
   * weights are all 0 stays as it is. vector: one column, covers x's window.
   */
  shareVector(x: Signal, vector: Signal, measured: DeviceArray, measure: ShareMeasure): Signal;

  // ---- starts ------------------------------------------------------------------------------------------------------------------
  /**
   * Contributions before any op: column s holds row `firstSource + s` of x at that token and zero elsewhere.
   * x: one column. The result covers tokens firstSource … L−1 when causal, else all L. `staggered`: causal only.
   */
  diagonal(x: Signal, firstSource: number, columns: number, causal: boolean, staggered?: boolean): Signal;
  /** Cotangents at one token: column s is the unit vector of channel `firstChannel + s`. */
  unitVectors(token: number, channels: number, firstChannel: number, columns: number): Signal;

  // ---- collapses ----------------------------------------------------------------------------------------------------------------
  // Staggered: a number a row of x.
  /** [tokens of x, column]: Σ_channel x · y; y has one column or (x not staggered) those of x, and covers x's window. */
  dot(x: Signal, y: Signal): DeviceArray;
  /** [tokens of x, column]: Σ_channel x². */
  sumSquares(x: Signal): DeviceArray;
  /** [tokens of x, column]: Σ_channel |x − y|^power; y has one column and covers x's window. */
  distances(x: Signal, y: Signal, power: 1 | 2): DeviceArray;
  /** Σ over columns: one column. */
  sumColumns(x: Signal): Signal;

  // ---- derivatives of what is frozen --------------------------------------------------------------------------------------------
  /** What the `gradient` reading needs beyond these; made ready when first asked for. */
  gradients(): Promise<GradientPrimitives>;
}

// ---- what the `gradient` reading computes with beyond that: derivatives of what the linear readings hold frozen ----------------------
// The cotangent of an attention pattern is a signal like any other: [query, column, (head, key)], a row of keys for every head.

export interface PlainNorm {
  readonly kind: NormKind;
  /** As long as what is normalised together: a whole row, or each head of it by itself. */
  readonly gain: DeviceArray;
  readonly eps: number;
}

export interface GradientPrimitives {
  /**
   * The gradient of a norm at x (one column):  r (C(gain ⊙ g) − share · n · mean_ch(gain ⊙ g ⊙ n)),  r = 1/σ, n = C(x) r, C as in `normAdjoint`.
   * share 1: nothing frozen; 0: σ frozen.
   */
  normGradient(g: Signal, x: Signal, norm: PlainNorm, share: number): Signal;
  /** φ'(z) = m + z m', [token, channel]; 0 at the kink of relu. */
  activationSlope(z: Signal, activation: Activation): DeviceArray;
  /**
   * out[i, s, (h, j)] = Σ_c x[i, s, (h, c)] · y[j, (g(h), c)] for every token j of y (one column), 0 for j > i when causal: the cotangent of a
   * pattern, from that of what it mixed and from the values.
   */
  headProducts(x: Signal, y: Signal, shape: MixShape): Signal;
  /**
   * out[i, s, (h, c)] = factor · Σ_j p[i, s, (h, j)] · y[j, (g(h), c)]: with factor 1 the adjoint of `headProducts` in x. When causal, p must be 0 for
   * j > i.
   */
  contractKeys(p: Signal, y: Signal, shape: MixShape, factor: number): Signal;
  /**
   * out[j, s, (g, c)] = factor · Σ_{h of group g} Σ_i p[i, s, (h, j)] · x[i, (h, c)]: the adjoint in y. When causal, p must be 0 for j > i, and the
   * result covers tokens 0 … last token of p, else all keys.
   */
  contractQueries(p: Signal, x: Signal, shape: MixShape, factor: number): Signal;
  /** A ⊙ (g − Σ_j A ⊙ g) (⊙ slopes) for every row of keys: the adjoint of the softmax that made the pattern, then of the soft cap. */
  softmaxAdjoint(pattern: DeviceArray, g: Signal, slopes: DeviceArray | null): Signal;
  /** 1 − tanh²(scale · q·k / cap), [head, query, key]: the slope of the soft cap. q, k: one column, positions turned already. */
  capSlopes(q: Signal, k: Signal, shape: HeadShape, scale: number, cap: number): DeviceArray;
  /**
   * Softmax over the keys j ≤ i that query i sees, of products [i, 1, (h, j)] that `headProducts` makes of some queries and of kept keys: scaled,
   * capped, with slopes [head], as in `pattern`. Exact zeros elsewhere. Attention to keys that earlier passes have kept.
   */
  weighKeys(products: Signal, shape: PatternShape, slopes: DeviceArray | null): Signal;
  /** Rotary positions in every head of every column; `back`: the adjoint, which turns by the opposite angle. */
  turn(x: Signal, dHead: number, rotary: RotaryTable, back: boolean): Signal;
}
