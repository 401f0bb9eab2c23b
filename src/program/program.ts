// A transformer as a list of primitive ops over named values: what every architecture compiles to, and all that the readings know of a model.
// Data only. How an op is read is in ops/.

import type { Activation, HeadShape, Layout, NormKind, PatternShape, RotaryPairs } from './backend';

/** Names a value: the output of one op. */
export type ValueName = string;
/** Names an array of the model: `blocks.0.attention.value.weight`. */
export type WeightName = string;

export interface MatrixRef {
  readonly name: WeightName;
  readonly inputs: number;
  readonly outputs: number;
  readonly layout: Layout;
}

export interface VectorRef {
  readonly name: WeightName;
  readonly length: number;
}

/** Where an op stands: before the blocks (x0 included), in block b, the final norm, or the read-out of logits. */
export type Stage = 'embedding' | 'final' | 'head' | number;

interface OpBase {
  /** Path name, also of the output value: `blocks.0.attention.value`. */
  readonly output: ValueName;
  readonly stage: Stage;
}

/** scale · token rows (· projection + bias) (+ position rows) (+ the segment's row). */
export interface EmbedOp extends OpBase {
  readonly kind: 'embed';
  readonly tokens: MatrixRef; // [vocab, dModel], or the width that the projection reads
  readonly scale: number;
  /** From the width of the tokens to that of the positions; null: they are the same. */
  readonly projection: MatrixRef | null;
  readonly projectionBias: VectorRef | null;
  readonly positions: MatrixRef | null; // [context, dModel]; with `padding` one row more, the first
  /** A token that takes the first row of the positions and is not counted: the others take rows 1, 2, …; null: rows 0, 1, … for all. */
  readonly padding: number | null;
  readonly segment: MatrixRef | null; // [1, dModel]
}

/** Rows of the model's own, then one row a patch: its pixels · W + b; all + position rows. */
export interface PatchesOp extends OpBase {
  readonly kind: 'patches';
  readonly own: MatrixRef; // [1, dModel]: the class token
  readonly distillation: MatrixRef | null; // [1, dModel]: a second one after it
  readonly weight: MatrixRef; // [(channel, row, column), dModel]
  readonly bias: VectorRef;
  readonly positions: MatrixRef; // [tokens, dModel]
}

/** x W + b. */
export interface LinearOp extends OpBase {
  readonly kind: 'linear';
  readonly input: ValueName;
  readonly weight: MatrixRef;
  readonly bias: VectorRef | null;
}

/** gain ⊙ (x − mean) / σ + bias; frozen: 1/σ. */
export interface NormOp extends OpBase {
  readonly kind: 'norm';
  readonly input: ValueName;
  readonly norm: NormKind;
  readonly eps: number;
  readonly gain: VectorRef;
  readonly bias: VectorRef | null;
}

export interface RotarySpec {
  readonly rotaryDim: number;
  /** Angle of pair k at position p is p · inverseFrequencies[k], radians. */
  readonly inverseFrequencies: readonly number[];
  /** Left out: halves. */
  readonly pairs?: RotaryPairs;
  /** Of the channels that turn, which some scalings make longer; left out: 1. */
  readonly factor?: number;
}

/** RMS norm of every head's channels of q or k. Read by `run` only. */
export interface HeadNormOp extends OpBase {
  readonly kind: 'headNorm';
  readonly input: ValueName;
  readonly heads: number;
  readonly eps: number;
  readonly gain: VectorRef; // [dHead]
}

/** softmax(scores of q and k, masked) → [head, query, key]. Read by `run` only: it is itself what is frozen. */
export interface PatternOp extends OpBase, PatternShape {
  readonly kind: 'pattern';
  readonly query: ValueName;
  readonly key: ValueName;
  readonly rotary: RotarySpec | null;
  /** ALiBi: score + slope · (j − i), one slope a head; left out: none. */
  readonly slopes?: readonly number[];
}

/** Σ_j A_h[i, j] v_h[j]; the pattern is frozen. */
export interface MixOp extends OpBase, HeadShape {
  readonly kind: 'mix';
  readonly pattern: ValueName;
  readonly value: ValueName;
  readonly causal: boolean;
}

/** φ(z) = φ(0) + m(z) ⊙ z; frozen: m. */
export interface ActivateOp extends OpBase {
  readonly kind: 'activate';
  readonly input: ValueName;
  readonly channels: number;
  readonly activation: Activation;
}

/** φ(g) ⊙ u; frozen: φ(g) and m(g) ⊙ u, weighed by the gate rule. */
export interface GateOp extends OpBase {
  readonly kind: 'gate';
  readonly gate: ValueName;
  readonly up: ValueName;
  readonly channels: number;
  readonly activation: Activation;
}

/** x + y. */
export interface AddOp extends OpBase {
  readonly kind: 'add';
  readonly left: ValueName;
  readonly right: ValueName;
  readonly channels: number;
}

/** factor · gain ⊙ x, a factor a channel (LayerScale); without gain the factor alone. */
export interface ScaleOp extends OpBase {
  readonly kind: 'scale';
  readonly input: ValueName;
  readonly channels: number;
  readonly gain: VectorRef | null;
  readonly factor: number;
}

/** Tokens from … to − 1; to = null: up to the last. */
export interface TokenRange {
  readonly from: number;
  readonly to: number | null;
}

/** Mean of the input over a range of tokens. The value has one token, which stands at token 0. */
export interface PoolOp extends OpBase {
  readonly kind: 'pool';
  readonly input: ValueName;
  readonly channels: number;
  readonly range: TokenRange;
}

/** Logits: a linear op over the vocabulary, read only for the rows that are asked for. */
export interface UnembedOp extends OpBase {
  readonly kind: 'unembed';
  readonly input: ValueName;
  readonly weight: MatrixRef;
  readonly bias: VectorRef | null;
}

export type Op =
  | EmbedOp
  | PatchesOp
  | LinearOp
  | NormOp
  | HeadNormOp
  | PatternOp
  | MixOp
  | ActivateOp
  | GateOp
  | AddOp
  | ScaleOp
  | PoolOp
  | UnembedOp;
export type OpKind = Op['kind'];

/**
 * A run of ops that act on each token alone, as one matrix a token: their frozen product, bias left out. It stands in paths,
 * never in a program (merged.ts).
 */
export interface MergedOp extends OpBase {
  readonly kind: 'merged';
  readonly input: ValueName;
  readonly inputs: number;
  readonly outputs: number;
}

/** What a path may go through. */
export type AnyOp = Op | MergedOp;

/** A square image and its square patches, in pixels. */
export interface ImageShape {
  readonly channels: number;
  readonly side: number;
  readonly patch: number;
}

export interface Program {
  readonly ops: readonly Op[];
  /** hidden[0] = x0, hidden[b] = residual stream after block b − 1; before any final norm. */
  readonly hidden: readonly ValueName[];
  /** y: after the final norm, or hidden[blocks] where there is none. */
  readonly output: ValueName;
  /** null: the model has no trained head. */
  readonly logits: ValueName | null;
  /** One attention pattern a block. */
  readonly patterns: readonly ValueName[];
  readonly blocks: number;
  readonly dModel: number;
  readonly dFfn: number;
  readonly heads: number;
  /** Tokens of the vocabulary; of a model of images its classes. */
  readonly vocab: number;
  /** Numbers of a row of logits; 0 without a head. */
  readonly classes: number;
  readonly contextLength: number;
  readonly causal: boolean;
  /** What an image model takes; null: token ids. */
  readonly image: ImageShape | null;
  /** Tokens at which a classifier's head reads y: it has one row of logits, at token 0. null: the head reads every token, a row of logits each. */
  readonly reads: readonly TokenRange[] | null;
  /** True when an op of kind `gate` occurs: the gate rule matters. */
  readonly gated: boolean;
  /** The model's own logits are softCap · tanh(l / softCap) of what the program's last op makes; null: they are the same. */
  readonly logitSoftCap: number | null;
}

/** Reads token ids; null in a model of images. */
export function embedOf(program: Program): EmbedOp | null {
  return program.ops.find((op): op is EmbedOp => op.kind === 'embed') ?? null;
}

/** Rows of logits of a run. */
export function logitRowsOf({ reads, logits }: Program, tokens: number): number {
  if (logits === null) return 0;
  return reads === null ? tokens : 1;
}

/** Whether the logits depend on y at this token. */
export function readsToken({ reads, logits }: Program, token: number): boolean {
  if (logits === null || reads === null) return logits !== null;
  return reads.some(({ from, to }) => token >= from && (to === null || token < to));
}

/** All weights that the ops name, once each. */
export function weightsOf(program: Program): (MatrixRef | VectorRef)[] {
  const refs = new Map<WeightName, MatrixRef | VectorRef>();
  for (const op of program.ops) for (const ref of weightsOfOp(op)) refs.set(ref.name, ref);
  return [...refs.values()];
}

/** The weights that one op names. */
export function weightsOfOp(op: AnyOp): (MatrixRef | VectorRef)[] {
  return Object.values(op).filter((value) => value !== null && typeof value === 'object' && 'name' in value);
}

/** Shape of a weight as its array lies in memory. */
export function weightShape(ref: MatrixRef | VectorRef): readonly number[] {
  if ('length' in ref) return [ref.length];
  return ref.layout === 'inOut' ? [ref.inputs, ref.outputs] : [ref.outputs, ref.inputs];
}

/** Parameters, each tied matrix counted once. */
export function parameterCount(program: Program): number {
  return weightsOf(program).reduce((sum, ref) => sum + ('length' in ref ? ref.length : ref.inputs * ref.outputs), 0);
}
