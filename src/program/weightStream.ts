// Weights that are not all on the device at once: a pass says which ops it goes through, and encodes each op while its weights are there. What is
// held and what is read again is decided by the session (engine/residentWeights.ts).

import type { AnyOp } from './program';

export interface WeightStream {
  /** Ops in the order in which they will be used. */
  pass(ops: readonly AnyOp[]): WeightPass;
}

export interface WeightPass {
  /**
   * Calls `encode` at once when the weights of ops[at] are on the device, and starts to read what the ops after it want: it arrives while the
   * device works. Throws what reading a weight throws, and `cancelled` when the session has ended; then `encode` was not called.
   */
  use<T>(at: number, encode: () => T): Promise<T> | T;
  /** The pass is over, well or not: it holds nothing any more. */
  end(): void;
}

export const allThere: WeightPass = { use: (_at, encode) => encode(), end() {} };

/** The weights of a pass; of a context without a stream they are all there. */
export function weightPass(context: { readonly stream?: WeightStream }, ops: readonly AnyOp[]): WeightPass {
  return context.stream?.pass(ops) ?? allThere;
}
