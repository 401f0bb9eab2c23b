// A backend without numbers: it hands out shapes, counts the bytes that are alive, and tallies the dispatches of the linear primitives by kind and
// size. Running a reading on it prices the reading before the device is touched, exactly, because it is the same reading.

import { sizeOf } from '../tensor/shape';
import type { Backend, DeviceArray, MixShape, Signal } from './backend';
import { createTally, type Work } from './costModel';

export interface CountingBackend extends Backend {
  /** What has been dispatched: of a reading, starts and collapses included; of a run, its linear part. */
  work(): readonly Work[];
  /** Bytes of the largest array made. */
  largest(): number;
}

export function createCountingBackend(bytesPerNumber: number): CountingBackend {
  const alive = new Set<DeviceArray>();
  let live = 0;
  let peak = 0;
  let largest = 0;
  const tally = createTally();
  const make = (shape: readonly number[]): DeviceArray => {
    const array = { shape };
    const bytes = sizeOf(shape) * bytesPerNumber;
    alive.add(array);
    live += bytes;
    peak = Math.max(peak, live);
    largest = Math.max(largest, bytes);
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
  /** One dispatch over rows: every number of the signals is read or written once. */
  const overRows = (kind: 'norm' | 'elements', ...signals: readonly Signal[]) =>
    tally.add(
      kind,
      bytesPerNumber * signals.reduce((sum, { tokens, columns, channels }) => sum + tokens * columns * channels, 0),
    );
  const rowWise = (kind: 'norm' | 'elements', x: Signal) => {
    const y = like(x);
    overRows(kind, x, y);
    return y;
  };
  const collapsed = (x: Signal) => {
    overRows('elements', x);
    return make([x.tokens, x.columns]);
  };
  return {
    kind: 'reference',
    work: tally.work,
    largest: () => largest,
    bytesPerNumber,
    bytesPerWeight: bytesPerNumber,
    callFlops: 0,
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
    linear(x, weight, layout) {
      const [inputs, outputs] = weight.shape as [number, number];
      tally.add(layout === 'inOut' ? 'product' : 'productTransposed', 2 * x.tokens * x.columns * inputs * outputs);
      return like(x, layout === 'inOut' ? outputs : inputs);
    },
    norm: (x) => rowWise('norm', x),
    normAdjoint: (g) => rowWise('norm', g),
    multiply: (x) => rowWise('elements', x),
    add(x, y) {
      const first = Math.min(x.firstToken, y.firstToken);
      const end = Math.max(x.firstToken + x.tokens, y.firstToken + y.tokens);
      const sum = signal(first, end - first, x.columns, x.channels);
      overRows('elements', x, y, sum);
      return sum;
    },
    mix(pattern, values, shape) {
      const first = shape.causal ? values.firstToken : 0;
      const mixed = signal(first, pattern.shape[1]! - first, values.columns, shape.heads * shape.dHead);
      tally.add('mix', mixFlops(shape, mixed, values));
      return mixed;
    },
    mixAdjoint(pattern, g, shape) {
      const tokens = shape.causal ? g.firstToken + g.tokens : pattern.shape[2]!;
      const pulled = signal(0, tokens, g.columns, shape.kvHeads * shape.dHead);
      tally.add('mixAdjoint', mixFlops(shape, g, pulled));
      return pulled;
    },
    linearPerToken(x, operators, layout) {
      const outputs = layout === 'inOut' ? operators.channels : operators.columns;
      const kind = layout === 'inOut' ? 'product' : 'productTransposed';
      tally.add(kind, 2 * x.tokens * x.columns * x.channels * outputs);
      return like(x, outputs);
    },
    takeTokens(x, firstToken, tokens) {
      const taken = signal(firstToken, tokens, x.columns, x.channels);
      overRows('elements', taken, taken);
      return taken;
    },
    putTokens: (_target, x) => overRows('elements', x, x),
    headsApart(values, { heads, dHead }) {
      const apart = signal(values.firstToken, values.tokens, heads, heads * dHead);
      overRows('elements', apart);
      return apart;
    },
    expandSources(pattern, basis, _own, _scales, causal) {
      const first = causal ? basis.firstToken : 0;
      const expanded = signal(first, pattern.shape[1]! - first, basis.tokens, basis.channels);
      tally.add('mix', 2 * expanded.tokens * expanded.columns * basis.columns * basis.channels);
      overRows('elements', expanded);
      return expanded;
    },
    gatherRows: (table, indices) => signal(0, indices.shape[0]!, 1, table.shape[1]!),
    inverseSigma: (x) => make([x.tokens]),
    headNorm: (x) => like(x),
    pattern: (q, _k, { heads }) => make([heads, q.tokens, q.tokens]),
    activationMultiplier: (z) => make([z.tokens, z.channels]),
    gateCoefficients: (g) => ({ up: make([g.tokens, g.channels]), gate: make([g.tokens, g.channels]) }),
    diagonal(x, firstSource, columns, causal) {
      const first = causal ? firstSource : 0;
      const start = signal(first, x.tokens - first, columns, x.channels);
      overRows('elements', start);
      return start;
    },
    unitVectors(token, channels, _firstChannel, columns) {
      const start = signal(token, 1, columns, channels);
      overRows('elements', start);
      return start;
    },
    dot: collapsed,
    sumSquares: collapsed,
    sumColumns(x) {
      overRows('elements', x);
      return signal(x.firstToken, x.tokens, 1, x.channels);
    },
  };
}

/** Pairs (query, key) inside the two windows; causal: those with key ≤ query alone. */
function mixFlops({ heads, dHead, causal }: MixShape, queries: Signal, keys: Signal): number {
  let pairs = queries.tokens * keys.tokens;
  if (causal) {
    pairs = 0;
    for (let i = queries.firstToken; i < queries.firstToken + queries.tokens; i++)
      pairs += Math.min(keys.tokens, Math.max(0, i - keys.firstToken + 1));
  }
  return 2 * heads * dHead * pairs * queries.columns;
}
