// What the page (or the command line) may ask of the engine, and what comes back. Types only: the same interface is served by the Web Worker,
// by the engine directly in Node, and by the stored examples. Everything here survives structured cloning.

import type { KernelUse } from '../gpu/profile';
import type { HubOffer } from '../models/hub';
import type { StoredModel } from '../models/hubList';
import type { ChosenFile } from '../models/local';
import type { OnnxOffer } from '../models/onnxFiles';
import type { WeightStorage } from '../program/backend';
import type { Matrix } from '../tensor/matrix';

export type { ChosenFile, HubOffer, KernelUse, OnnxOffer, StoredModel, WeightStorage };

// ---- what a question is about ------------------------------------------------------------------------------------------------

/** Blocks [from, to). The final norm belongs to the range only when `to` is the number of blocks. */
export type LayerRange = readonly [from: number, to: number];

/** Which factor of a gated FFN `φ(g) ⊙ u` is frozen (math: half = mean of the two). Models without gates ignore it. */
export type GateRule = 'half' | 'up' | 'gate';

/** The direction in logit space that is explained. Rankings depend on it, so it is always named beside a result. */
export type Direction =
  | { readonly kind: 'centred' } // logit_c − mean logit
  | { readonly kind: 'logit' } // logit_c
  | { readonly kind: 'logprob' } // gradient of log p_c
  | { readonly kind: 'contrast'; readonly rivals: readonly number[] }; // logit_c − mean logit of rivals; no rivals: the runner-up

/** What is explained: an output position, a token of the vocabulary there (null: the model's top prediction), and the direction. */
export interface Target {
  readonly token: number;
  readonly class: number | null;
  readonly direction: Direction;
}

/**
 * What of the model a backward pass holds frozen: `tensor` patterns, scales and activation ratios (T itself); `attnlrp` scales and ratios, with the
 * products of attention split in halves (AttnLRP); `lrp_ah_ln` patterns and scales; `jacobian` nothing.
 */
export type OperatorName = 'tensor' | 'attnlrp' | 'lrp_ah_ln' | 'jacobian';

export interface Scope {
  readonly range: LayerRange;
  readonly gateRule: GateRule;
}

/** Rows, slices, pairs and layers exist for every operator. Absent: T. */
export type OperatorScope = Scope & { readonly operator?: OperatorName };

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

// ---- requests ----------------------------------------------------------------------------------------------------------------

export type DeviceChoice = 'auto' | 'webgpu' | 'reference';

/** A model on the hub or a mirror of it. */
export interface HubAddress {
  readonly kind: 'hub';
  /** "owner/name". */
  readonly id: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Address of a mirror; left out: the hub itself. */
  readonly base?: string;
}

export interface EmbeddedAddress {
  readonly kind: 'embedded';
  readonly name: string;
}

/** Files that the reader has chosen in the page. They stay on this machine: the worker reads them, piece by piece. */
export interface LocalAddress {
  readonly kind: 'local';
  /** As the page and its links call the model. */
  readonly name: string;
  readonly files: readonly ChosenFile[];
}

/** A folder in the hub's layout, or one GGUF file: read by the command line. */
export interface FolderAddress {
  readonly kind: 'folder';
  readonly path: string;
}

/** Where a model comes from. Embedded models lie under `models/<name>/` beside the page. */
export type ModelAddress = EmbeddedAddress | HubAddress | LocalAddress | FolderAddress;

export interface OpenRequest {
  readonly model: ModelAddress;
  readonly device: DeviceChoice;
  /** How the graphics device stores matrices; float32 unless given. What is computed with them is float32 either way. */
  readonly weights?: WeightStorage;
  /**
   * Bytes that weights, a run and one pass may take on the device; weights that do not fit in are read again when they are used. null, the default:
   * what this program allows.
   */
  readonly memoryBudget?: number | null;
}

/** A picture as a file: PNG, JPEG, WebP or GIF (headless: PNG or JPEG). */
export interface PictureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type PromptRequest =
  /** `chat`: as the user's message in the model's chat template. `continuation`: ids of tokens that follow. */
  | { readonly text: string; readonly chat?: boolean; readonly continuation?: readonly number[] }
  | { readonly ids: readonly number[] }
  /** An image model: a picture, made ready by the model's own preprocessing. */
  | { readonly picture: PictureFile }
  /** An image model: normalised pixels [channel, row, column]. */
  | { readonly pixels: { readonly shape: readonly number[]; readonly data: Float32Array } };

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
/** `from`: blocks [l, N) for every l, one pull. `upTo`: blocks [0, l) for every l, read through the logit lens. */
export type LayersRequest = {
  readonly target: Target;
  readonly gateRule: GateRule;
  readonly kind: 'from' | 'upTo';
  readonly operator?: OperatorName;
};

/** What takes a masked token's place: a zero embedding (of a picture: a patch of the mean colour), or one of the tokenizer's own tokens. */
export type Masking = 'zero' | 'mask' | 'unknown' | 'end';

/**
 * The prompt again, once for every variant, with the variant's tokens masked. Length and positions stay. Only eligible tokens may be masked
 * (analysis/eligible.ts); a request without variants tells them, and the unmasked answer, for next to nothing.
 */
export interface MaskedRequest {
  /** Output token at which the answer is read. */
  readonly token: number;
  /** The answer; null: the model's own top prediction on the unmasked prompt. */
  readonly class: number | null;
  /** Further classes whose log-probability is wanted. */
  readonly foils: readonly number[];
  readonly masking: Masking;
  /** Tokens to mask, one list a variant. */
  readonly variants: readonly (readonly number[])[];
}

/** The control that needs no network: how much every input token's embedding looks like the word that is predicted. */
export interface WordMatchRequest {
  readonly class: number;
}

/** What the model would predict after every block at `count` tokens from `first` on: the logit lens. */
export type LensRequest = { readonly first: number; readonly count: number };

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

// ---- replies -----------------------------------------------------------------------------------------------------------------

export interface DeviceInfo {
  readonly kind: 'webgpu' | 'reference';
  /** "Apple M2", "SwiftShader", or "float64 reference (CPU)". */
  readonly name: string;
  readonly maxBindingBytes: number | null;
  /** Why the reference runs although a GPU was asked for; a sentence with the remedy. */
  readonly fallback: string | null;
}

/** How the weights lie on the device, and what that changed. */
export interface WeightsInfo {
  readonly storage: WeightStorage | 'f64';
  /** As the device holds them. */
  readonly bytes: number;
  /** max|stored − weight| / max|weight| of the worst matrix; 0: nothing was rounded. */
  readonly error: number;
  /** The worst matrix; null: nothing was rounded. */
  readonly weight: string | null;
  /** Not all are on the device at once: how many bytes of them, and the memory that is allowed. Absent: all are. */
  readonly streamed?: { readonly bytes: number; readonly budget: number };
}

export interface ModelInfo {
  readonly id: string;
  readonly revision: string;
  readonly family: string;
  readonly title: string;
  /** "Q4_K": the weights are quantised, most numbers in this type. Absent: they are not. */
  readonly storedAs?: string;
  readonly blocks: number;
  readonly heads: number;
  readonly dModel: number;
  readonly dFfn: number;
  readonly vocab: number;
  readonly contextLength: number;
  readonly parameters: number;
  readonly causal: boolean;
  /** Numbers of a row of logits where these are not the tokens of the vocabulary; 0: the model has no head. Absent: `vocab`. */
  readonly classes?: number;
  /** A classifier: the one token at which its predictions stand and its targets are asked for, whatever tokens its head reads. Absent: all. */
  readonly readToken?: number;
  /** It has a chat template. */
  readonly chat?: boolean;
  /** An image model; absent: it reads text. */
  readonly image?: ImageInput;
  /** A classifier's classes by their numbers. */
  readonly labels?: readonly string[];
  readonly gated: boolean;
  /** Of the weight files. */
  readonly bytes: number;
  /** Absent in results stored before it was told: float32. */
  readonly weights?: WeightsInfo;
  /** Sentences that the reader must see: quantised weights, a model that could not be stored. Absent: none. */
  readonly remarks?: readonly string[];
  readonly device: DeviceInfo;
}

/** What an image model takes: a square of patches, row by row; they are its last tokens. */
export interface ImageInput {
  readonly side: number;
  readonly patch: number;
  /** How a picture is made ready, in words. */
  readonly preprocessing: string;
}

/** The part of a picture that the model sees, at its resolution. */
export interface SeenPicture {
  readonly side: number;
  /** [row, column, channel], 8 bits each. */
  readonly rgb: Uint8Array;
  /** Width and height of the whole picture in its file. */
  readonly original: readonly [width: number, height: number];
}

export interface Token {
  readonly id: number;
  /** As shown: whitespace and bytes legible (␣ ⏎), special tokens in their own spelling. */
  readonly piece: string;
  readonly special: boolean;
  /** True for the tokenizer's unknown token: the word is not in the vocabulary. */
  readonly unknown: boolean;
  /** Characters of the prompt that it stands for, in UTF-16 units. Absent: none, or not known. */
  readonly range?: readonly [start: number, end: number];
  /** A part of a character: its neighbours hold the rest. */
  readonly partial?: boolean;
  /** Neighbours with the same number make one word. Absent: a word of its own. */
  readonly word?: number;
  /** Not of the prompt: put there by the tokenizer or the chat template. */
  readonly inserted?: boolean;
  /** Not of the prompt: the model's own continuation of it. */
  readonly generated?: boolean;
}

export interface Prediction {
  readonly id: number;
  readonly piece: string;
  readonly logit: number;
  readonly probability: number;
}

/** One run: the tokens, and the model's top predictions after every token (best first); none where no logits stand. */
export interface RunSummary {
  readonly run: number;
  readonly tokens: readonly Token[];
  readonly predictions: readonly (readonly Prediction[])[];
  /** What is explained unless the reader chooses: the token that a classifier reads, or the first mask. Absent: the last token. */
  readonly answerToken?: number;
  /** The whole text that the model has read, where a chat template made it, and the prompt's place in it. */
  readonly chat?: { readonly text: string; readonly message: readonly [start: number, end: number] };
  /** The run was on a picture. */
  readonly picture?: SeenPicture;
  /** The model fills in masks and the prompt has none: how a mask is spelt. */
  readonly missingMask?: string;
  readonly seconds: number;
}

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

export interface ScoredToken {
  readonly id: number;
  readonly piece: string;
  readonly score: number;
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

export interface LayersResult {
  readonly matrix: Matrix; // [layer, source]
  readonly bias: Float32Array; // [layer]
  readonly total: Float32Array; // [layer]
  readonly explains: string;
  readonly fidelity: Fidelity;
  readonly provenance: Provenance;
}

/** What the model says of the answer once tokens are masked: probabilities, never logits of the vocabulary. */
export interface MaskedResult {
  /** The answer on the unmasked prompt. */
  readonly answer: Prediction;
  /** Its log-probability there. */
  readonly logProbability: number;
  /** Tokens that may be masked, ascending. */
  readonly eligible: readonly number[];
  /** What stands in a masked token's place, in words. */
  readonly maskedBy: string;
  /** log p of the answer. */
  readonly logProbabilities: Float32Array; // [variant]
  /** The model's first choice. */
  readonly tops: readonly number[]; // [variant]
  readonly foils: Float32Array; // [variant, foil]: log p
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

/** What is asked: the graph of a logit's direction, or of ‖y_i‖² when only a token is named. The whole model, all its blocks. */
export type FlowGraphRequest = {
  readonly target: Target | { readonly token: number };
  readonly gateRule: GateRule;
};

/**
 * The conserved flow graph: signed contributions to one explained number, such that at every node what enters equals what leaves, and every cut sums to
 * the number. Stream 2b: residual stream before block b; 2b + 1: after its attention; docs/formulas.md 6 and analysis/flowGraph.ts tell the edges.
 */
export interface FlowGraph {
  readonly blocks: number;
  readonly heads: number;
  readonly tokens: number;
  readonly streams: Floats; // [2 blocks + 1, token]: values of the stream's nodes
  readonly residual: Floats; // [2 blocks, token]: stream s → s + 1
  readonly streamBias: Floats; // [2 blocks, token]: biases → stream s + 1
  readonly edges: Floats; // [block, head, output token, source]: stream 2b at the source → head at the output token
  readonly headBias: Floats; // [block, head, token]
  readonly headOut: Floats; // [block, head, token]: head → stream 2b + 1
  readonly ffnIn: Floats; // [block, token]: stream 2b + ffnReads → FFN
  readonly ffnBias: Floats; // [block, token]
  readonly ffnOut: Floats; // [block, token]: FFN → stream 2b + 2
  /** [block]: 0 where the FFN reads the stream before attention (parallel blocks). */
  readonly ffnReads: readonly (0 | 1)[];
  /** Biases behind the last block: final norm, head. */
  readonly endBias: number;
  readonly total: number;
}

type Floats = Float32Array | Float64Array;

export interface FlowGraphResult {
  readonly graph: FlowGraph;
  readonly explains: string;
  /** Worst node balance and worst cut, as shares of the explained number, before the numbers were rounded to be sent. */
  readonly residuals: { readonly nodes: number; readonly cuts: number };
  readonly provenance: Provenance;
}

/** A node of the flow graph whose vector is read through the logit lens. */
export interface ComponentRequest {
  readonly block: number;
  /** A head by its number, or a whole sublayer. */
  readonly part: number | 'attention' | 'ffn';
  readonly token: number;
}

/** Tokens whose logits the component raises and lowers most, less the mean over the vocabulary, by the final norm's true scale at the token. */
export interface ComponentResult {
  readonly promotes: readonly ScoredToken[];
  readonly suppresses: readonly ScoredToken[];
  /** Length of the component's vector. */
  readonly length: number;
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

/** The run's logits against the float64 reference's, computed on the CPU from the same weights. */
export interface LogitCheck {
  /** max|logit − reference| / max|reference|; null when the reference would take too long here. */
  readonly error: number | null;
  readonly note: string;
}

/** The run against ONNX Runtime with the hub's own export of the model. */
export interface OnnxCheck {
  readonly compared: 'logits' | 'hidden states';
  /** max|ours − theirs| / max|theirs|. */
  readonly error: number;
  /** max|ours − theirs|. */
  readonly largest: number;
  readonly rows: number;
  /** Rows in which both have the same first choice; null where there are no choices. */
  readonly sameFirst: number | null;
  /** That ONNX Runtime took for its run. */
  readonly seconds: number;
}

// ---- continuations -----------------------------------------------------------------------------------------------------------

/** How the next token is chosen. */
export interface Sampling {
  /** 0: the most likely token. */
  readonly temperature: number;
  /** Only the k most likely; null: all. */
  readonly topK: number | null;
  /** Of these only the fewest that together have this probability. */
  readonly topP: number;
  /** The same seed draws the same token at the same place. */
  readonly seed: number;
}

/** The token after a text: of the open model, whatever the latest run. */
export type NextTokenRequest = { readonly prompt: PromptRequest; readonly sampling: Sampling };

export interface NextToken {
  readonly id: number;
  readonly special: boolean;
  /** As it reads in a text; special tokens read "". */
  readonly text: string;
  readonly chosen: Prediction;
  /** The most likely tokens, best first; the chosen one may be among them. */
  readonly alternatives: readonly Prediction[];
  /** Of the text before it. */
  readonly tokens: number;
  /** Of these, whose keys and values were kept from the call before. */
  readonly reused: number;
  /** Of keys and values on the device. */
  readonly keptBytes: number;
  /** Why the text ends with it: it is a special token, or the model takes no longer text. */
  readonly end: 'special' | 'context' | null;
  readonly seconds: number;
}

// ---- relations ---------------------------------------------------------------------------------------------------------------

/** A subject and the object that a relation gives it. */
export interface Fact {
  readonly subject: string;
  readonly object: string;
}

/** How a subject's vector is turned into the object's. Formulas: docs/formulas.md. */
/** Whose block between subject and object makes a decoder: the tensor's, or the Jacobian's (LRE). */
export type DecodedOperator = 'tensor' | 'jacobian';
export type DecoderName = DecodedOperator | 'translation' | 'identity' | 'constant' | 'ridge' | 'random';

/** Relation decoding: independent of the latest run, on prompts of its own. */
export interface RelationRequest {
  /** A prompt with {} for the subject. */
  readonly template: string;
  readonly facts: readonly Fact[];
  /** The first tells its directions, and how large random controls are. */
  readonly operators: readonly DecodedOperator[];
  /** Blocks before which the subject is read: 0 is its embedding. */
  readonly layers: readonly number[];
  /** One of them: predictions of every subject, causality and directions are told for it. */
  readonly layer: number;
  /** Subjects that a decoder is made from: one result for each number. */
  readonly training: readonly number[];
  readonly splits: number;
  readonly seed: number;
  /** Factor of W s. */
  readonly beta: number;
  /** The operator's largest singular directions alone decode, at `layer`; null: all. */
  readonly rank: number | null;
  /** The inverse that edits a subject has this rank; null: no causality. */
  readonly editRank: number | null;
  /** Subjects whose object the model itself does not predict are left out. */
  readonly onlyKnown: boolean;
  readonly gateRule: GateRule;
  /** Singular directions told. */
  readonly directions: number;
}

/** A share of trials over several splits, with Wilson's 95 % interval for as many independent trials as there are different subjects. */
export interface Rate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly trials: number;
  readonly subjects: number;
  /** The splits that did worst and best. */
  readonly lowest: number;
  readonly highest: number;
}

export interface DecoderScore {
  readonly decoder: DecoderName;
  /** The decoder's first token is the model's own. */
  readonly faithfulness: Rate;
  /** It is the object's. */
  readonly accuracy: Rate;
}

export interface RelationScores {
  readonly layer: number;
  readonly training: number;
  readonly decoders: readonly DecoderScore[];
}

export interface RelationSubject extends Fact {
  /** The object's first token. */
  readonly first: ScoredToken['piece'];
  /** The object takes more tokens than this one. */
  readonly more: boolean;
  /** Where its vector is read: its last token. */
  readonly token: number;
  readonly predicted: Prediction;
  /** The model predicts the object's first token. */
  readonly known: boolean;
  /** What each decoder says at `layer` for the largest number of training subjects, in the first split that tests this subject; none: it is in none. */
  readonly decoded: readonly { readonly decoder: DecoderName; readonly piece: string; readonly agrees: boolean }[];
}

/** How a subject's vector is edited so that the object should change to another subject's. */
export type EditName = DecodedOperator | 'swap' | 'random';

export interface RelationResult {
  readonly layer: number;
  readonly subjects: readonly RelationSubject[];
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
  readonly scores: readonly RelationScores[];
  /** The model itself over all subjects: it predicts the object's first token. */
  readonly model: Rate;
  /** How often the model then predicts the target object: by the inverse, by the other subject's own vector, by a random change as large. */
  readonly causality: readonly { readonly edit: EditName; readonly rate: Rate }[];
  /** Of the first operator's mean in the first split, largest number of training subjects, at `layer`. */
  readonly singularValues: Float32Array;
  readonly directions: readonly SingularDirection[];
  readonly plan: Plan;
  readonly seconds: number;
}

// ---- the interface -----------------------------------------------------------------------------------------------------------

export interface Progress {
  /** What is being done: "contributions", "attention flow", "norm map". */
  readonly name: string;
  /** 0…1. */
  readonly share: number;
  readonly plan: Plan | null;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** The run that a question is about. Absent: the latest; `beside`: the latest of `runBeside`. */
  readonly run?: 'beside';
}

/** For `?debug=1`: what an answer took. */
export interface Answered {
  readonly call: CallName;
  /** As JSON. */
  readonly request: string;
  /** null: the call has none. */
  readonly plan: Plan | null;
  readonly seconds: number;
  /** What was dispatched for it; null: it was computed on the CPU. */
  readonly kernels: readonly KernelUse[] | null;
}

/** Kind of request → [what is asked, what is answered]. Messages are mapped from this, so a kind cannot carry the wrong payload. */
export interface EngineCalls {
  open: [OpenRequest, ModelInfo];
  run: [PromptRequest, RunSummary];
  /** A second run next to the latest one, to compare them: it replaces the second run before it and leaves the latest alone. */
  runBeside: [PromptRequest, RunSummary];
  map: [MapRequest, MapResult];
  /** What `map` would cost, before anything is computed; null where it costs next to nothing. */
  plan: [MapRequest, Plan | null];
  row: [RowRequest, RowResult];
  slice: [SliceRequest, SliceResult];
  pair: [PairRequest, PairResult];
  layers: [LayersRequest, LayersResult];
  lens: [LensRequest, LensResult];
  /** Of the open model, whatever the latest run. A newer run does not cancel it. */
  relation: [RelationRequest, RelationResult];
  nextToken: [NextTokenRequest, NextToken];
  masked: [MaskedRequest, MaskedResult];
  /** What `masked` would cost. */
  planMasked: [MaskedRequest, Plan];
  /** x_j · u_c for every input token j: [source]. */
  wordMatch: [WordMatchRequest, Float32Array];
  flowGraph: [FlowGraphRequest, FlowGraphResult];
  component: [ComponentRequest, ComponentResult];
  besideJacobian: [BesideRequest, BesideResult];
  remainder: [RemainderRequest, RemainderResult];
  attribute: [AttributeRequest, AttributeResult];
  /** What `attribute` would cost; where it goes on until it is accurate enough, at most. */
  planAttribute: [AttributeRequest, Plan];
  checkLogits: [null, LogitCheck];
  /** The ONNX export of the open model on the hub; null: there is none. Nothing is downloaded. */
  lookUpOnnx: [null, OnnxOffer | null];
  /** Downloads the export (once, as long as the model is open), runs it on the latest run's input, and compares. */
  checkOnnx: [null, OnnxCheck];
  /** Looks words up in the open model's vocabulary: the id of the single token that spells the word, or null. */
  lookUp: [readonly string[], readonly (number | null)[]];
  /** What the hub has under an id. Nothing is stored, nothing large downloaded. */
  lookUpHub: [HubAddress, HubOffer];
  storedModels: [null, readonly StoredModel[]];
  deleteModel: [HubAddress, null];
}

export type CallName = keyof EngineCalls;

/** Every call after `run` refers to the latest run unless its options say another; a newer `run` makes older calls fail with `cancelled`. */
export type EngineApi = {
  readonly [K in CallName]: (request: EngineCalls[K][0], options?: CallOptions) => Promise<EngineCalls[K][1]>;
} & {
  /** Called once when the device is lost; later calls reject with `device-lost` until `open` is called again. */
  onLost(listener: (reason: string) => void): void;
  dispose(): void;
};
