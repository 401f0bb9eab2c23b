// Cotangents of a backward pass by value name: added up where several ops read a value, freed as soon as they have been passed on.

import type { Backend, Signal } from './backend';
import type { LiveSignals } from './liveSignals';
import type { ValueName } from './program';

export interface Cotangents {
  of(name: ValueName): Signal;
  /**
   * What the cotangent of `output` becomes at each of `inputs` (null: nothing goes there); it is freed itself. A part may be the cotangent itself.
   * `summed`: an input whose part contains what had come to it before.
   */
  pass(
    output: ValueName,
    inputs: readonly (ValueName | null)[],
    parts: readonly (Signal | null)[],
    summed?: ValueName | null,
  ): void;
}

/** `start` is the cotangent of `to`, and stays the caller's. */
export function createCotangents(backend: Backend, live: LiveSignals, to: ValueName, start: Signal): Cotangents {
  const cotangents = new Map<ValueName, Signal>([[to, start]]);
  const keep = (signal: Signal) => (signal.data === start.data ? signal : live.adopt(signal));
  const release = (signal: Signal) => signal.data !== start.data && live.release(signal);
  return {
    of: (name) => cotangents.get(name)!,
    pass(output, inputs, parts, summed = null) {
      const kept = parts.map((part) => part && keep(part));
      if (summed !== null) {
        release(cotangents.get(summed)!);
        cotangents.delete(summed);
      }
      for (const [at, name] of inputs.entries()) {
        if (name === null) continue;
        const part = kept[at]!;
        const sofar = cotangents.get(name);
        cotangents.set(name, sofar ? live.adopt(backend.add(sofar, part)) : part);
        if (!sofar) continue;
        release(sofar);
        release(part);
      }
      release(cotangents.get(output)!);
      cotangents.delete(output);
    },
  };
}
