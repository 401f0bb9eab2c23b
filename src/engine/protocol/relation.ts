// Relation decoding.

import type { Plan, ScoredToken } from './answer';
import type { Prediction } from './prompt';
import type { GateRule } from './scope';
import type { SingularDirection } from './tensor';

/** A subject and the object that a relation gives it. */
export interface Fact {
  readonly subject: string;
  readonly object: string;
}

/** Whose block between subject and object makes a decoder: the tensor's, or the Jacobian's (LRE). */
export type DecodedOperator = 'tensor' | 'jacobian';

/** How a subject's vector is turned into the object's. Formulas: docs/formulas.md 9. */
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
  /** More factors, tried with the same operators at `layer`, for the most training subjects. Absent: none. */
  readonly betas?: readonly number[];
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

/** The operators alone: β is no part of the other decoders. */
export interface BetaScores {
  readonly beta: number;
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
  /** One for each of the request's `betas`. Absent: none were asked for. */
  readonly betas?: readonly BetaScores[];
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
