// What the model reads, and its run: tokens and predictions.

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
