// The prompt with tokens masked, and the control that needs no network.

import type { Provenance } from './answer';
import type { Prediction } from './prompt';

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
