// Arrays of the GPU backend, and what its arguments must be: a mistake is a sentence here, not a wrong number later.

import type { CompiledKernel } from '../../gpu/compile';
import type { ParamTypes, ParamValues } from '../../gpu/kernel';
import type { BufferPool, PooledBuffer } from '../../gpu/pool';
import type { Recorder } from '../../gpu/recorder';
import type { DeviceArray, Signal, WeightStorage } from '../../program/backend';
import { shapeOf } from '../../program/staggered';
import { describeShape, sameShape, sizeOf } from '../../tensor/shape';
import type { CompiledKernels } from './webgpuKernels';

export class GpuArray implements DeviceArray {
  readonly shape: readonly number[];
  readonly label: string;
  /** Null once freed. */
  buffer: PooledBuffer | null;
  /** Of indices: the largest, known from the upload. */
  readonly largestIndex: number | undefined;

  constructor(shape: readonly number[], label: string, buffer: PooledBuffer, largestIndex?: number) {
    this.shape = shape;
    this.label = label;
    this.buffer = buffer;
    this.largestIndex = largestIndex;
  }
}

/** Rows firstRow … firstRow + rows − 1 of a matrix. */
export interface MatrixPart {
  readonly firstRow: number;
  readonly rows: number;
  readonly array: GpuArray;
}

/** A weight matrix, in as many buffers as the device's limits ask for. */
export class GpuMatrix implements DeviceArray {
  readonly shape: readonly number[];
  readonly storage: WeightStorage;
  /** In the order of the rows. */
  readonly parts: readonly MatrixPart[];

  constructor(shape: readonly number[], storage: WeightStorage, parts: readonly MatrixPart[]) {
    this.shape = shape;
    this.storage = storage;
    this.parts = parts;
  }
}

/** What the primitives are written with. */
export interface Workbench {
  readonly kernels: CompiledKernels;
  readonly pool: BufferPool;
  readonly recorder: Recorder;
  /** What matrices are stored as; the kernels that read them are compiled for it. */
  readonly storage: WeightStorage;
  allocate(shape: readonly number[], label: string, largestIndex?: number): GpuArray;
  allocateSignal(window: Window, columns: number, channels: number, label: string): Signal;
  dispatch<P extends ParamTypes, R extends string, W extends string>(
    compiled: CompiledKernel<P, R, W>,
    params: ParamValues<P>,
    arrays: Readonly<Record<R | W, DeviceArray>>,
  ): void;
}

export interface Window {
  readonly firstToken: number;
  readonly tokens: number;
  /** Of the columns of a signal that covers it. */
  readonly staggered?: boolean | undefined;
}

export function expect(holds: boolean, name: string, found: string): void {
  if (!holds) throw new Error(`${name}: shapes do not fit: ${found}.`);
}

/** The parts of a matrix as the kernels of this backend read it. A plain float32 array will do where matrices are float32. */
export function partsOf(matrix: DeviceArray, storage: WeightStorage, name: string): readonly MatrixPart[] {
  const stored = matrix instanceof GpuMatrix ? matrix.storage : 'f32';
  if (stored !== storage) throw new Error(`${name}: the matrix is stored as ${stored}, the kernels read ${storage}.`);
  if (matrix instanceof GpuMatrix) return matrix.parts;
  bufferOf(matrix);
  return [{ firstRow: 0, rows: matrix.shape[0]!, array: matrix as GpuArray }];
}

export function bufferOf(array: DeviceArray): PooledBuffer {
  if (array instanceof GpuMatrix) throw new Error('A weight matrix is for products and for taking rows only.');
  if (!(array instanceof GpuArray)) throw new Error('This array belongs to another backend.');
  if (!array.buffer) throw new Error(`The array "${array.label}" ${describeShape(array.shape)} was freed.`);
  return array.buffer;
}

/** Throws where a primitive takes no staggered signals. */
export function expectWhole(x: Signal, name: string): void {
  expect(!x.staggered, name, describeSignal(x));
  expectSignal(x, name);
}

export function expectSignal(x: Signal, name: string): void {
  const shape = shapeOf(x);
  expect(sameShape(x.data.shape, shape), name, `${describeShape(x.data.shape)} holding ${describeShape(shape)}`);
}

export function expectOneColumn(x: Signal, name: string): void {
  expectSignal(x, name);
  expect(x.columns === 1 && x.firstToken === 0, name, `${describeSignal(x)} instead of one column from token 0 on`);
}

export function expectLength(array: DeviceArray, length: number, name: string): void {
  expect(sizeOf(array.shape) === length, name, `${describeShape(array.shape)} instead of ${length}`);
}

/** The array has `width` numbers for every token of x and of those before it. */
export function expectTokenRows(array: DeviceArray, x: Window, width: number, name: string): void {
  const end = x.firstToken + x.tokens;
  const fits = array.shape[0]! >= end && sizeOf(array.shape) === array.shape[0]! * width;
  expect(fits, name, `${describeShape(array.shape)} for tokens up to ${end}, ${width} numbers each`);
}

/** As the shaders are told. */
export const staggering = (x: Signal): number => Number(x.staggered === true);

/** The smallest window that covers both. */
export function union(x: Window, y: Window): Window {
  const firstToken = Math.min(x.firstToken, y.firstToken);
  const tokens = Math.max(x.firstToken + x.tokens, y.firstToken + y.tokens) - firstToken;
  return { firstToken, tokens, staggered: x.staggered };
}

export function describeSignal(x: Omit<Signal, 'data'>): string {
  return `${describeShape([x.tokens, x.columns, x.channels])} from token ${x.firstToken}${x.staggered ? ', staggered' : ''}`;
}
