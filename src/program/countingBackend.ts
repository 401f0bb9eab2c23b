// A backend without numbers: it hands out shapes and counts the bytes that are alive. Running a reading on it prices the reading before the
// device is touched, exactly, because it is the same reading.

import { sizeOf } from '../tensor/shape';
import type { Backend, DeviceArray, Signal } from './backend';

export function createCountingBackend(bytesPerNumber: number): Backend {
  const alive = new Set<DeviceArray>();
  let live = 0;
  let peak = 0;
  const make = (shape: readonly number[]): DeviceArray => {
    const array = { shape };
    alive.add(array);
    live += sizeOf(shape) * bytesPerNumber;
    peak = Math.max(peak, live);
    return array;
  };
  const signal = (firstToken: number, tokens: number, columns: number, channels: number): Signal => ({
    firstToken,
    tokens,
    columns,
    channels,
    data: make([tokens, columns, channels]),
  });
  const like = (x: Signal, channels = x.channels) => signal(x.firstToken, x.tokens, x.columns, channels);
  return {
    kind: 'reference',
    bytesPerNumber,
    bytesPerWeight: bytesPerNumber,
    maxArrayBytes: Number.POSITIVE_INFINITY,
    upload: (_data, shape) => make(shape),
    uploadMatrix: (_data, shape) => ({ array: make(shape), rounding: 0 }),
    uploadIndices: (data) => make([data.length]),
    zeros: (shape) => make(shape),
    read: () => Promise.reject(new Error('a counting backend holds no numbers')),
    finish: () => Promise.resolve(),
    free(array) {
      if (alive.delete(array)) live -= sizeOf(array.shape) * bytesPerNumber;
    },
    memory: () => ({ live, peak }),
    resetPeak() {
      peak = live;
    },
    linear: (x, weight, layout) => like(x, weight.shape[layout === 'inOut' ? 1 : 0]),
    norm: (x) => like(x),
    normAdjoint: (g) => like(g),
    multiply: (x) => like(x),
    add(x, y) {
      const first = Math.min(x.firstToken, y.firstToken);
      const end = Math.max(x.firstToken + x.tokens, y.firstToken + y.tokens);
      return signal(first, end - first, x.columns, x.channels);
    },
    mix(pattern, values, { heads, dHead, causal }) {
      const first = causal ? values.firstToken : 0;
      return signal(first, pattern.shape[1]! - first, values.columns, heads * dHead);
    },
    mixAdjoint(pattern, g, { kvHeads, dHead, causal }) {
      const tokens = causal ? g.firstToken + g.tokens : pattern.shape[2]!;
      return signal(0, tokens, g.columns, kvHeads * dHead);
    },
    gatherRows: (table, indices) => signal(0, indices.shape[0]!, 1, table.shape[1]!),
    inverseSigma: (x) => make([x.tokens]),
    headNorm: (x) => like(x),
    pattern: (q, _k, { heads }) => make([heads, q.tokens, q.tokens]),
    activationMultiplier: (z) => make([z.tokens, z.channels]),
    gateCoefficients: (g) => ({ up: make([g.tokens, g.channels]), gate: make([g.tokens, g.channels]) }),
    diagonal: (x, firstSource, columns, causal) =>
      causal
        ? signal(firstSource, x.tokens - firstSource, columns, x.channels)
        : signal(0, x.tokens, columns, x.channels),
    unitVectors: (token, channels, _firstChannel, columns) => signal(token, 1, columns, channels),
    dot: (x) => make([x.tokens, x.columns]),
    sumSquares: (x) => make([x.tokens, x.columns]),
    sumColumns: (x) => signal(x.firstToken, x.tokens, 1, x.channels),
  };
}
