// Seeded arguments for the conformance cases. The same seed draws the same numbers on every backend; they are float32 values, so that
// uploading rounds nothing and a difference between backends is a difference of computing.

import type { Backend, DeviceArray, HeadShape, MixShape, PatternShape, Signal } from '../../../program/backend';
import { shapeOf } from '../../../program/staggered';
import { randomArray, seededRandom } from '../../../tensor/random';
import { sizeOf } from '../../../tensor/shape';

/** [firstToken, tokens, columns, channels] */
export type Window = readonly [firstToken: number, tokens: number, columns: number, channels: number];

export interface Maker {
  readonly backend: Backend;
  /** Uniform in offset ± scale. */
  array(shape: readonly number[], scale?: number, offset?: number): DeviceArray;
  /** A weight matrix, uniform in ±1. */
  matrix(shape: readonly number[]): DeviceArray;
  given(values: readonly number[], shape: readonly number[]): DeviceArray;
  signal(window: Window, scale?: number, offset?: number): Signal;
  /** Staggered. */
  staggered(window: Window): Signal;
  givenSignal(window: Window, values: readonly number[]): Signal;
  /** Positive numbers around 1, as inverse scales are. */
  scales(tokens: number): DeviceArray;
  indices(count: number, rows: number): DeviceArray;
  /** A softmax pattern [head, query, key] made by the backend itself would hide errors of `pattern`: this one is made here, in float32. */
  pattern(shape: PatternShape, length: number): DeviceArray;
  heads(heads: number, kvHeads: number, dHead: number, causal: boolean): PatternShape;
}

/** `matrixNumbers`: what becomes of a weight matrix before it is uploaded. */
export function createMaker(
  backend: Backend,
  seed: number,
  matrixNumbers: (values: Float32Array) => Float32Array = (values) => values,
): Maker {
  const random = seededRandom(seed);
  const signalOf = ([firstToken, tokens, columns, channels]: Window, data: DeviceArray): Signal => ({
    firstToken,
    tokens,
    columns,
    channels,
    data,
  });
  const maker: Maker = {
    backend,
    array(shape, scale = 1, offset = 0) {
      const numbers = randomArray(sizeOf(shape), random, scale).map((value) => value + offset);
      return backend.upload(numbers, shape, 'case');
    },
    matrix: (shape) => backend.uploadMatrix(matrixNumbers(randomArray(sizeOf(shape), random)), shape, 'case').array,
    given: (values, shape) => backend.upload(values, shape, 'case'),
    signal: (window, scale, offset) => signalOf(window, maker.array(window.slice(1), scale, offset)),
    staggered([firstToken, tokens, columns, channels]) {
      const frame = { firstToken, tokens, columns, channels, staggered: true };
      return { ...frame, data: maker.array(shapeOf(frame)) };
    },
    givenSignal: (window, values) => signalOf(window, backend.upload(values, window.slice(1), 'case')),
    scales: (tokens) => maker.array([tokens], 0.5, 1),
    indices: (count, rows) =>
      backend.uploadIndices(
        Array.from({ length: count }, () => Math.floor(random() * rows)),
        'case',
      ),
    pattern(shape, length) {
      const values = new Float32Array(shape.heads * length * length);
      for (let row = 0; row < shape.heads * length; row++) {
        const end = shape.causal ? (row % length) + 1 : length;
        const weights = Array.from({ length: end }, () => Math.exp(4 * random()));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const [j, weight] of weights.entries()) values[row * length + j] = weight / total;
      }
      return backend.upload(values, [shape.heads, length, length], 'pattern');
    },
    heads: (heads, kvHeads, dHead, causal) => ({ heads, kvHeads, dHead, causal, scale: 1 / Math.sqrt(dHead) }),
  };
  return maker;
}

/** [query, (head, key)]: 1 where a query sees the key, else 0. */
export function seenKeys(make: Maker, { heads, causal }: MixShape, length: number): DeviceArray {
  const values = Array.from({ length: length * heads * length }, (_, at) =>
    Number(!causal || at % length <= Math.floor(at / (heads * length))),
  );
  return make.given(values, [length, heads * length]);
}

export function describeHeads({ heads, kvHeads, dHead }: HeadShape): string {
  return `${heads}/${kvHeads} heads of ${dHead}`;
}
