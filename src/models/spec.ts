// What an architecture is: data. A family reads a configuration and says what the model consists of (ModelSpec); compile.ts makes a Program of
// it, weights.ts takes the arrays out of the files. Adding a family is one file in specs/ and a line in specs/index.ts; nothing else asks for
// the model's type.

import * as v from 'valibot';
import type { Activation, HeadShape, Layout, NormKind, ScoreShape } from '../program/backend';
import type { ImageShape, RotarySpec, TokenRange, WeightName } from '../program/program';
import { UserError } from '../tensor/errors';

export interface NormSpec {
  readonly kind: NormKind;
  readonly eps: number;
}

export interface AttentionSpec extends HeadShape, ScoreShape {
  /** null: q and k are not turned. */
  readonly rotary: RotarySpec | null;
  /** ALiBi: score + slope · (j − i), one slope a head; left out: none. */
  readonly slopes?: readonly number[];
  /** RMS norm of q and of k, head by head, before the rotary positions: its eps; left out: no such norm. */
  readonly headNormEps?: number;
}

/** plain: down(φ(up x)). gated: down(φ(gate x) ⊙ up x). */
export interface FfnSpec {
  readonly kind: 'plain' | 'gated';
  readonly channels: number;
  readonly activation: Activation;
}

/**
 * pre: Y = X + A(N₁ X), X' = Y + F(N₂ Y). post: Y = N₁(X + A X), X' = N₂(Y + F Y). sandwich: Y = X + N₂ A(N₁ X), X' = Y + N₄ F(N₃ Y).
 * parallel: X' = X + A(N₁ X) + F(N₂ X). shared: the same with one norm, X' = X + A(N X) + F(N X).
 */
export type BlockStyle = 'pre' | 'post' | 'sandwich' | 'parallel' | 'shared';

export interface BlockSpec {
  readonly style: BlockStyle;
  readonly norm: NormSpec;
  readonly attention: AttentionSpec;
  readonly ffn: FfnSpec;
}

/** What a head does with y before its last matrix: N(φ(W y + b)), or φ(W y + b) alone. */
export interface HeadTransformSpec {
  readonly activation: Activation;
  readonly norm: NormSpec | null;
  /** Channels after W; left out: dModel. */
  readonly channels?: number;
}

/**
 * A classifier: one row of logits for the whole input, from the means of y over ranges of tokens. One range: its mean goes through the head as a
 * token of a language model does. Several: each mean has a matrix of its own, `head.0.weight`, `head.1.weight`, …, and the results are summed or
 * averaged.
 */
export interface ClassifierSpec {
  readonly reads: readonly TokenRange[];
  readonly combine: 'sum' | 'mean';
  /** Names of the classes. */
  readonly labels: readonly string[];
}

/** A part of a fused tensor: ranges of indices along one axis, joined in this order. */
export interface Slice {
  readonly axis: 0 | 1;
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Length of the whole axis in the file. */
  readonly length: number;
}

/** Where an array of the program lies in the files. */
export interface WeightSource {
  /** Possible names, best first; the first that the files have is taken. */
  readonly tensors: readonly string[];
  /** How a matrix lies in the file, and stays in memory. Vectors ignore it. */
  readonly layout: Layout;
  /** null: the whole tensor. */
  readonly slice: Slice | null;
  /**
   * Added to every number when the array is taken: 1 for a gain that the file stores as its difference from 1, else 0. The sum is rounded to
   * float32, on the float64 reference too.
   */
  readonly plus: number;
  /** Shape of the tensor where the file keeps the same numbers with other axes; left out: the array's own. */
  readonly shape?: readonly number[];
}

/**
 * Canonical names, listed in compile.ts. What is in the map is what the model has: a bias that is missing here does not exist, a missing
 * `head.weight` means that the token embedding is the head, `embedding.positions.weight` means learned positions, `embedding.segment.weight` a row
 * that every token gets, `blocks.B.{attention, ffn}.scale.gain` a factor a channel of what the sublayer adds. An image model has
 * `embedding.own.weight` (the class token before the patches), perhaps `embedding.distillation.weight` (one more), and
 * `embedding.patches.{weight, bias}` in place of `embedding.tokens.weight`.
 */
export type WeightMap = ReadonlyMap<WeightName, WeightSource>;

export interface ModelSpec {
  readonly family: string;
  readonly dModel: number;
  /** Tokens of the vocabulary; of a model of images its classes. */
  readonly vocab: number;
  /** The most tokens of a prompt; the tokens of every image. */
  readonly contextLength: number;
  readonly causal: boolean;
  /** What an image model takes; left out: token ids. */
  readonly image?: ImageShape;
  /** true: there is no trained head, y is all that the model gives. Left out: there is one. */
  readonly headless?: boolean;
  /** Left out: the head reads every token, and its classes are the vocabulary. */
  readonly classifier?: ClassifierSpec;
  /** Factor of the token rows in x0. A tied head has none. */
  readonly embeddingScale: number;
  /** After the sum of the embeddings; left out: none. */
  readonly embeddingNorm?: NormSpec;
  /** Token embeddings of their own width, brought to dModel before the positions are added, or after the embeddings' norm; left out: none. */
  readonly embeddingProjection?: { readonly width: number; readonly place: 'tokens' | 'norm' };
  /** A token that takes the first row of the learned positions and is not counted by them; left out: none. */
  readonly paddingToken?: number;
  readonly blocks: readonly BlockSpec[];
  /** null: y is the residual stream after the last block. */
  readonly finalNorm: NormSpec | null;
  /** Left out: the head is its last matrix alone. */
  readonly headTransform?: HeadTransformSpec;
  /** Logits l become softCap · tanh(l / softCap); left out: they stay. */
  readonly logitSoftCap?: number;
  readonly weights: WeightMap;
}

export interface ArchitectureFamily {
  /** As people write it: "GPT-2". */
  readonly name: string;
  /** Values of `model_type` in config.json. */
  readonly modelTypes: readonly string[];
  /** `tensorNames`: names of all tensors in the files. Throws UserError 'bad-model' or 'unsupported-model' naming the entry of config.json. */
  spec(config: unknown, tensorNames: ReadonlySet<string>): ModelSpec;
}

/** A family whose configuration is checked by `config` before `spec` sees it. */
export function defineFamily<S extends v.GenericSchema>(family: {
  readonly name: string;
  readonly modelTypes: readonly string[];
  readonly config: S;
  readonly spec: (config: v.InferOutput<S>, tensorNames: ReadonlySet<string>) => ModelSpec;
}): ArchitectureFamily {
  const { name, modelTypes, config: schema, spec } = family;
  return { name, modelTypes, spec: (config, names) => spec(checkConfig(schema, config), names) };
}

/** The configuration as the schema reads it; UserError 'bad-model' with the entry's name and what is wrong with it. */
export function checkConfig<S extends v.GenericSchema>(schema: S, config: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, config, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const entry = v.getDotPath(issue) ?? 'the whole';
  throw new UserError('bad-model', `config.json: ${entry} is not usable. ${issue.message}.`);
}
