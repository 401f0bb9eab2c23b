// A backend without numbers: it hands out shapes, counts the bytes that are alive, and tallies the dispatches of the linear primitives by kind and
// size. Running a reading on it prices the reading before the device is touched, exactly, because it is the same reading.

import { sizeOf } from '../tensor/shape';
import type { Backend, DeviceArray, MixShape, Signal } from './backend';
import { createTally, tiledEntries, type Work } from './costModel';
import { countingGradients } from './countingGradient';
import { rowsOf, shapeOf } from './staggered';

export interface CountingBackend extends Backend {
  /** What has been dispatched, starts and collapses included. */
  work(): readonly Work[];
  /** Forgets what has been dispatched so far. */
  forgetWork(): void;
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
  const signal = (firstToken: number, tokens: number, columns: number, channels: number, staggered = false): Signal => {
    const frame = { firstToken, tokens, columns, channels, ...(staggered && { staggered }) };
    return { ...frame, data: make(shapeOf(frame)) };
  };
  const like = (x: Signal, channels = x.channels) => signal(x.firstToken, x.tokens, x.columns, channels, x.staggered);
  /** One dispatch over rows: every number of the signals is read or written once. */
  const overRows = (kind: 'norm' | 'elements', ...signals: readonly Signal[]) =>
    tally.add(kind, bytesPerNumber * signals.reduce((sum, x) => sum + rowsOf(x) * x.channels, 0));
  const rowWise = (kind: 'norm' | 'elements', x: Signal) => {
    const y = like(x);
    overRows(kind, x, y);
    return y;
  };
  /** Zero outside the windows of x and of what is added: covers both. */
  const covering = (x: Signal, added: Signal | null | undefined, channels: number) => {
    const first = Math.min(x.firstToken, added?.firstToken ?? x.firstToken);
    const end = Math.max(x.firstToken + x.tokens, added ? added.firstToken + added.tokens : 0);
    return signal(first, end - first, x.columns, channels, x.staggered);
  };
  const normed = (x: Signal, added: Signal | null | undefined) => {
    const y = covering(x, added, x.channels);
    overRows('norm', x, ...(added ? [added] : []), y);
    return y;
  };
  const collapsed = (x: Signal) => {
    overRows('elements', x);
    return make(x.staggered ? [rowsOf(x)] : [x.tokens, x.columns]);
  };
  const free = (array: DeviceArray) => {
    if (alive.delete(array)) live -= sizeOf(array.shape) * bytesPerNumber;
  };
  return {
    kind: 'reference',
    work: tally.work,
    forgetWork: tally.clear,
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
    free,
    memory: () => ({ live, peak }),
    resetPeak() {
      peak = live;
    },
    // An epilogue is not priced: for each number of the product it reads two more, where the product has read and multiplied all its inputs.
    linear(x, weight, layout, _bias, epilogue) {
      const [inputs, outputs] = weight.shape as [number, number];
      const channels = layout === 'inOut' ? outputs : inputs;
      const y = covering(x, epilogue?.added, channels);
      tally.add(
        layout === 'inOut' ? 'product' : 'productTransposed',
        2 * tiledEntries(rowsOf(y), channels) * x.channels,
      );
      return y;
    },
    norm: (x, _frozen, _bias, added) => normed(x, added),
    normAdjoint: (g, _frozen, added) => normed(g, added),
    multiply: (x) => rowWise('elements', x),
    add(x, y) {
      const sum = covering(x, y, x.channels);
      overRows('elements', x, y, sum);
      return sum;
    },
    mix(pattern, values, shape) {
      const first = shape.causal ? values.firstToken : 0;
      const { columns, staggered } = values;
      const mixed = signal(first, pattern.shape[1]! - first, columns, shape.heads * shape.dHead, staggered);
      tally.add('mix', mixFlops(shape, mixed, values, false));
      return mixed;
    },
    mixAdjoint(pattern, g, shape) {
      const tokens = shape.causal ? g.firstToken + g.tokens : pattern.shape[2]!;
      const pulled = signal(0, tokens, g.columns, shape.kvHeads * shape.dHead);
      tally.add('mixAdjoint', mixFlops(shape, pulled, g, true));
      return pulled;
    },
    linearPerToken(x, operators, layout) {
      const outputs = layout === 'inOut' ? operators.channels : operators.columns;
      const kind = layout === 'inOut' ? 'product' : 'productTransposed';
      tally.add(kind, 2 * rowsOf(x) * x.channels * outputs);
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
      const expanded = signal(first, pattern.shape[1]! - first, basis.tokens, basis.channels, causal);
      tally.add('mix', 2 * rowsOf(expanded) * basis.columns * basis.channels);
      overRows('elements', expanded);
      return expanded;
    },
    gatherRows(table, indices) {
      const rows = signal(0, indices.shape[0]!, 1, table.shape[1]!);
      overRows('elements', rows, rows);
      return rows;
    },
    normalise: (x, _norm, added) => ({ inverseSigma: make([x.tokens]), value: normed(x, added) }),
    headNorm: (x) => rowWise('norm', x),
    pattern(q, k, { heads, dHead }, rotary) {
      if (rotary) overRows('elements', q, q, k, k);
      const scores = make([heads, q.tokens, q.tokens]);
      tally.add('mix', 2 * heads * dHead * tiledEntries(q.tokens, q.tokens));
      tally.add('norm', 2 * heads * q.tokens * q.tokens * bytesPerNumber);
      return scores;
    },
    activate(z) {
      overRows('elements', z, z, z);
      return { multiplier: make([z.tokens, z.channels]), value: like(z) };
    },
    gate(g) {
      overRows('elements', g, g, g, g, g);
      return { up: make([g.tokens, g.channels]), gate: make([g.tokens, g.channels]), value: like(g) };
    },
    diagonal(x, firstSource, columns, causal, staggered) {
      const first = causal ? firstSource : 0;
      const start = signal(first, x.tokens - first, columns, x.channels, staggered);
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
    distances: collapsed,
    shareVector: (x) => rowWise('elements', x),
    sumColumns(x) {
      overRows('elements', x);
      return signal(x.firstToken, x.tokens, 1, x.channels);
    },
    gradients: async () => countingGradients({ make, free, add: tally.add, bytesPerNumber }),
  };
}

/** Rows of the tiles that mixes are computed in. */
const tileRows = 32;

/** One product a head, [out token, in token] · [in token, (column, channel)], in tiles; causal: tiles of out tokens see no more than they have to. */
function mixFlops({ heads, dHead, causal }: MixShape, out: Signal, into: Signal, adjoint: boolean): number {
  if (into.staggered) return staggeredMixFlops(heads * dHead, out);
  let entries = 0;
  for (let at = 0; at < out.tokens; at += tileRows) {
    const first = out.firstToken + at;
    const rows = Math.min(tileRows, out.tokens - at);
    const [from, end] = [into.firstToken, into.firstToken + into.tokens];
    let seen = into.tokens;
    if (causal) seen = adjoint ? end - Math.max(from, first) : Math.min(end, first + rows) - from;
    entries += Math.max(0, seen) * tiledEntries(rows, out.columns * dHead);
  }
  return 2 * heads * entries;
}

/** As above, from the first key that a tile's columns have; a tile is about as many columns wide as tokens high. */
function staggeredMixFlops(channels: number, { tokens, columns }: Signal): number {
  let entries = 0;
  for (let column = 0; column < columns; column++) {
    for (let at = Math.floor(column / tileRows) * tileRows; at < tokens; at += tileRows) {
      const rows = Math.min(tileRows, tokens - at);
      entries += Math.max(0, at + rows - column) * tileRows;
    }
  }
  return 2 * channels * entries;
}
