// Signals of a reading under way, by value name, freed as soon as nothing will read them. A signal may stand under several names (an `add`
// hands its cotangent on unchanged), so arrays are counted, not names.

import type { Backend, DeviceArray, Signal } from './backend';

export interface LiveSignals {
  /** Counts one more name for the signal's array, and returns the signal. */
  adopt(signal: Signal): Signal;
  release(signal: Signal): void;
  /** Frees everything that is still referenced: after an error or a cancellation. */
  releaseAll(): void;
}

export function createLiveSignals(backend: Backend): LiveSignals {
  const references = new Map<DeviceArray, number>();
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
    releaseAll() {
      for (const array of references.keys()) backend.free(array);
      references.clear();
    },
  };
}
