// What a contestant of the GEMM race is: somebody who multiplies two float32 matrices on a GPU. Ours is in ours.ts, the peers beside it.

import type { Entry } from '../race';

/** C = A·B, row-major float32. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly a: Float32Array<ArrayBuffer>; // [m, k]
  readonly b: Float32Array<ArrayBuffer>; // [k, n]
}

/** A contestant with A and B on its device. Nothing is uploaded or read back under the clock. */
export interface PreparedProduct extends Entry {
  read(): Promise<ArrayLike<number>>; // C [m, n]
  free(): Promise<void> | void;
  /** Where it runs, when that is another device than ours. */
  readonly device?: string;
}

/** An optional peer that this machine does not have; the message says what is missing. */
export class NotInstalled extends Error {}

export interface Multiplier {
  readonly name: string;
  prepare(product: Product): Promise<PreparedProduct>;
}
