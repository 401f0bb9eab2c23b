// The model's own continuation of a text, token by token.

import type { Prediction, PromptRequest } from './prompt';

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
