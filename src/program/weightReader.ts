// How a model hands out its arrays: one at a time and on request, so that not all of them need to be in memory at once. What is taken can be
// taken again.

import type { WeightName } from './program';

export interface WeightReader {
  /** All arrays, in the order that reads the files behind them once each. */
  readonly names: readonly WeightName[];
  /**
   * [element] in the program's layout; may be a view of a file's bytes, which must not be written or transferred. UserError 'bad-model' when the
   * files do not hold what was promised, 'network', 'cancelled'.
   */
  take(name: WeightName): Promise<ArrayLike<number>>;
  /** Lets go of what is in memory; a later `take` reads it again. */
  release(): void;
}

/** Arrays that are in memory anyway. */
export function heldWeights(arrays: ReadonlyMap<WeightName, ArrayLike<number>>): WeightReader {
  return {
    names: [...arrays.keys()],
    async take(name) {
      const array = arrays.get(name);
      if (!array) throw new Error(`there is no weight ${name}`);
      return array;
    },
    release() {},
  };
}
