// Constants that an op adds beside its linear map, the same in every column of a signal: what φ(0) ≠ 0 leaves of an activation.
// And constants that signals are multiplied by.

import type { Backend, DeviceArray, Signal } from '../backend';

/** x + `value` everywhere; x itself where the value is 0, else x is freed. */
export function addValue(backend: Backend, x: Signal, value: number): Signal {
  return value === 0 ? x : addAndFree(backend, x, filled(backend, x, value));
}

/** x + factor · rows[token, channel] in every column; x is freed. */
export function addRows(backend: Backend, x: Signal, rows: DeviceArray, factor: number): Signal {
  return addAndFree(backend, x, spread(backend, x, rows, factor));
}

/** A copy of one column's numbers, as coefficients [token, channel]. */
export function copyOf(backend: Backend, x: Signal): DeviceArray {
  return spread(backend, x, x.data, 1).data;
}

/** factor · x; x itself where the factor is 1, else x is freed. As a primitive: an RMS norm whose 1/σ is the factor. */
export function times(backend: Backend, x: Signal, factor: number): Signal {
  if (factor === 1) return x;
  const constant = (length: number, value: number) =>
    backend.upload(new Float32Array(length).fill(value), [length], 'factor');
  const frozen = {
    kind: 'rms',
    gain: constant(x.channels, 1),
    inverseSigma: constant(x.firstToken + x.tokens, factor),
  } as const;
  const scaled = backend.norm(x, frozen, null);
  for (const array of [frozen.gain, frozen.inverseSigma, x.data]) backend.free(array);
  return scaled;
}

function addAndFree(backend: Backend, x: Signal, y: Signal): Signal {
  const sum = backend.add(x, y);
  backend.free(x.data);
  backend.free(y.data);
  return sum;
}

/** factor · rows in every column of a signal like x. */
function spread(backend: Backend, like: Signal, rows: DeviceArray, factor: number): Signal {
  const ones = filled(backend, like, 1);
  const out = backend.multiply(ones, rows, factor);
  backend.free(ones.data);
  return out;
}

function filled(backend: Backend, like: Signal, value: number): Signal {
  const { tokens, columns, channels } = like;
  const data = backend.upload(
    new Float32Array(tokens * columns * channels).fill(value),
    [tokens, columns, channels],
    'constant',
  );
  return { ...like, data };
}
