// Sizes and names that the definitions take. Plain copies of the words in the contract `program/backend.ts`, so that this folder needs nothing
// but itself; the reference backend passes the one where the other is expected, and the compiler checks that they agree.

/** An array [token, column, channel], row-major. */
export interface SignalSize {
  readonly tokens: number;
  readonly columns: number;
  readonly channels: number;
}

/** Tokens firstToken … firstToken + tokens − 1. */
export interface Span {
  readonly firstToken: number;
  readonly tokens: number;
}

export interface HeadSize {
  readonly heads: number;
  readonly kvHeads: number;
  readonly dHead: number;
}

/** What `mix` and its adjoint need to know about the pattern [head, query, key]: `length` keys and, unless told, as many queries. */
export interface MixSize extends HeadSize {
  readonly length: number;
  readonly causal: boolean;
  readonly queries?: number;
}

/** x W with W [in, out], or x Wᵀ with W [out, in]. */
export type Layout = 'inOut' | 'outIn';
export type NormKind = 'layer' | 'rms';
/** How a measured number becomes a weight: its size, its square root, or 1 wherever it is not 0. */
export type ShareMeasure = 'size' | 'root' | 'presence';
export type RotaryPairs = 'halves' | 'neighbours';
export type Activation = 'gelu' | 'gelu_new' | 'quick_gelu' | 'silu' | 'relu' | 'relu2' | 'tanh' | 'sigmoid';

/** Key/value head of query head h: consecutive query heads share one. */
export function kvHeadOf(head: number, { heads, kvHeads }: HeadSize): number {
  return Math.floor(head / (heads / kvHeads));
}

/** The smallest span that covers both. */
export function unionSpan(a: Span, b: Span): Span {
  const firstToken = Math.min(a.firstToken, b.firstToken);
  const end = Math.max(a.firstToken + a.tokens, b.firstToken + b.tokens);
  return { firstToken, tokens: end - firstToken };
}
