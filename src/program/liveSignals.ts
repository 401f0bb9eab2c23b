// Signals of a reading under way, by value name, freed as soon as nothing will read them. A signal may stand under several names (an `add`
// hands its cotangent on unchanged), so arrays are counted, not names.

import type { Backend, DeviceArray, Signal } from './backend';

export interface LiveSignals {
  /** Counts one more name for the signal's array, and returns the signal. */
  adopt(signal: Signal): Signal;
  release(signal: Signal): void;
  /** Frees everything that is still referenced: after an error or a cancellation. */
  releaseAll(): void;
  /** The same, but for one that is not the reading's own. */
  releaseAllBut(signal: Signal): void;
}

export function createLiveSignals(backend: Backend): LiveSignals {
  const references = new Map<DeviceArray, number>();
  const freeAll = (kept: DeviceArray | null) => {
    for (const array of references.keys()) if (array !== kept) backend.free(array);
    references.clear();
  };
  return {
    adopt(signal) {
      references.set(signal.data, (references.get(signal.data) ?? 0) + 1);
      return signal;
    },
    release(signal) {
      const left = references.get(signal.data)! - 1;
      if (left > 0) references.set(signal.data, left);
      else {
        references.delete(signal.data);
        backend.free(signal.data);
      }
    },
    releaseAll: () => freeAll(null),
    releaseAllBut: ({ data }) => freeAll(data),
  };
}
