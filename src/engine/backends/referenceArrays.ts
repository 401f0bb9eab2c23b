// Arrays of the reference backend, and what its arguments must be: a mistake is a sentence here, not a wrong number later.

import type { DeviceArray, HeadShape, RotaryTable, Signal } from '../../program/backend';
import { eachRow, rowsOf, shapeOf } from '../../program/staggered';
import type * as reference from '../../reference';
import { describeShape, sameShape, sizeOf } from '../../tensor/shape';

export class HostArray implements DeviceArray {
  readonly shape: readonly number[];
  readonly label: string;
  /** Null once freed. */
  values: Float64Array | null;

  constructor(shape: readonly number[], label: string, values: Float64Array) {
    this.shape = shape;
    this.label = label;
    this.values = values;
  }
}

export function expect(holds: boolean, name: string, found: string): void {
  if (!holds) throw new Error(`${name}: shapes do not fit: ${found}.`);
}

export function valuesOf(array: DeviceArray): Float64Array {
  if (!(array instanceof HostArray)) throw new Error('This array belongs to another backend.');
  if (!array.values) throw new Error(`The array "${array.label}" ${describeShape(array.shape)} was freed.`);
  return array.values;
}

/** [token, column, channel]; of a staggered signal with the zeros that it does not store. */
export function signalValues(x: Signal): Float64Array {
  const shape = shapeOf(x);
  expect(sameShape(x.data.shape, shape), 'signal', `${describeShape(x.data.shape)} holding ${describeShape(shape)}`);
  const values = valuesOf(x.data);
  if (!x.staggered) return values;
  const whole = new Float64Array(x.tokens * x.columns * x.channels);
  eachRow(x, (row, token, column) =>
    whole.set(values.subarray(row * x.channels, (row + 1) * x.channels), (token * x.columns + column) * x.channels),
  );
  return whole;
}

/** The rows that a staggered signal stores, `width` numbers each. */
export function storedRows(values: Float64Array, x: Omit<Signal, 'data' | 'channels'>, width: number): Float64Array {
  if (!x.staggered) return values;
  const stored = new Float64Array(rowsOf(x) * width);
  eachRow(x, (row, token, column) => {
    const at = (token * x.columns + column) * width;
    stored.set(values.subarray(at, at + width), row * width);
  });
  return stored;
}

export function oneColumn(x: Signal, name: string): Float64Array {
  expect(x.columns === 1 && x.firstToken === 0, name, `${describeSignal(x)} instead of one column from token 0 on`);
  return signalValues(x);
}

export function vectorOf(array: DeviceArray, length: number, name: string): Float64Array {
  expect(sizeOf(array.shape) === length, name, `${describeShape(array.shape)} instead of ${length}`);
  return valuesOf(array);
}

/** The rows of a [token, …] array that belong to the window of x. */
export function tokenRows(array: DeviceArray, x: reference.Span, width: number, name: string): Float64Array {
  const end = x.firstToken + x.tokens;
  const fits = array.shape[0]! >= end && sizeOf(array.shape) === array.shape[0]! * width;
  expect(fits, name, `${describeShape(array.shape)} for tokens up to ${end}, ${width} numbers each`);
  return valuesOf(array).subarray(x.firstToken * width, end * width);
}

/** The numbers of x at the tokens of a window that it covers. */
export function windowOf(x: Signal, window: reference.Span, name: string): Float64Array {
  const offset = window.firstToken - x.firstToken;
  const covers = offset >= 0 && offset + window.tokens <= x.tokens;
  expect(covers, name, `${describeSignal(x)} does not cover ${window.tokens} tokens from ${window.firstToken} on`);
  const width = x.columns * x.channels;
  return signalValues(x).subarray(offset * width, (offset + window.tokens) * width);
}

export function mixSize(
  pattern: DeviceArray,
  x: Signal,
  shape: HeadShape,
  causal: boolean,
  xHeads: number,
  /** Of the pattern, along which the tokens of x lie: 1 queries, 2 keys. */
  axis: 1 | 2,
  name: string,
): reference.MixSize {
  const [, queries, length] = pattern.shape as [number, number, number];
  const { heads, kvHeads, dHead } = shape;
  const square = queries === length || (heads === 1 && !causal);
  const window = x.firstToken + x.tokens <= pattern.shape[axis]!;
  const fits = window && square && x.channels === xHeads * dHead && pattern.shape[0] === heads;
  expect(fits, name, `pattern ${describeShape(pattern.shape)}, signal ${describeSignal(x)}, ${describeHeads(shape)}`);
  return { heads, kvHeads, dHead, length, queries, causal };
}

export function rotaryValues({ rotaryDim, pairs, cos, sin }: RotaryTable, tokens: number): reference.Rotary {
  const span = { firstToken: 0, tokens };
  return {
    rotaryDim,
    pairs,
    cos: tokenRows(cos, span, rotaryDim / 2, 'cos'),
    sin: tokenRows(sin, span, rotaryDim / 2, 'sin'),
  };
}

export function describeSignal(x: Omit<Signal, 'data'>): string {
  return `${describeShape([x.tokens, x.columns, x.channels])} from token ${x.firstToken}`;
}

export function describeHeads({ heads, kvHeads, dHead }: HeadShape): string {
  return `${heads} heads, ${kvHeads} key/value heads of ${dHead}`;
}
