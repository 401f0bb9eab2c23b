// Weight matrices on the GPU: split by rows where a buffer may not be as large as the matrix, and packed to half precision where that was chosen.

import type { UploadedMatrix } from '../../program/backend';
import { UserError } from '../../tensor/errors';
import { packHalves } from '../../tensor/half';
import { describeShape, sizeOf } from '../../tensor/shape';
import { bufferOf, expect, GpuMatrix, type MatrixPart, type Workbench } from './webgpuArrays';

/** Numbers that are packed at once: bounds what packing takes beside the matrix itself. */
const packedAtOnce = 2 ** 22;

export interface MatrixLimits {
  /** The largest part; a row that is longer makes a part of its own, which the pool refuses when it cannot be. */
  readonly maxPartBytes: number;
  /** The device reads halves below the smallest normal one as 0, which WGSL allows: then they are stored so, and count as rounded. */
  readonly flushesHalves: boolean;
}

export function uploadMatrix(
  bench: Workbench,
  { maxPartBytes, flushesHalves }: MatrixLimits,
  data: ArrayLike<number>,
  shape: readonly number[],
  label: string,
): UploadedMatrix {
  const { pool, storage } = bench;
  expect(shape.length === 2 && sizeOf(shape) > 0, label, `${describeShape(shape)} instead of a matrix`);
  expect(data.length === sizeOf(shape), label, `${data.length} numbers do not fill ${describeShape(shape)}`);
  const [rows, columns] = shape as [number, number];
  const parts: MatrixPart[] = [];
  let worst = 0;
  let largest = 0;
  try {
    const most = rowsWithin(maxPartBytes, columns, storage === 'f16' ? 2 : 4);
    for (let firstRow = 0; firstRow < rows; firstRow += most) {
      const count = Math.min(most, rows - firstRow);
      const values = part(data, firstRow * columns, (firstRow + count) * columns);
      const words = storage === 'f16' ? Math.ceil(values.length / 2) : values.length;
      const array = bench.allocate([words], label);
      parts.push({ firstRow, rows: count, array });
      if (storage === 'f32') {
        bench.recorder.write(bufferOf(array), float32(values));
        continue;
      }
      const rounding = writeHalves(bench, array, values, flushesHalves);
      worst = Math.max(worst, rounding.worst);
      largest = Math.max(largest, rounding.largest);
    }
  } catch (error) {
    for (const { array } of parts) pool.release(bufferOf(array));
    if (!(error instanceof RangeError)) throw error;
    const sentence = `The weight ${label} holds a number that half precision does not reach (${error.message}): open the model with float32 weights.`;
    throw new UserError('bad-model', sentence, { cause: error });
  }
  return { array: new GpuMatrix(shape, storage, parts), rounding: worst === 0 ? 0 : worst / largest };
}

export function freeMatrix({ pool }: Pick<Workbench, 'pool'>, { parts }: GpuMatrix): void {
  for (const { array } of parts) {
    pool.release(bufferOf(array));
    array.buffer = null;
  }
}

function rowsWithin(bytes: number, columns: number, bytesPerNumber: number): number {
  return Math.max(1, Math.floor(bytes / (columns * bytesPerNumber)));
}

function writeHalves({ recorder }: Workbench, array: MatrixPart['array'], values: ArrayLike<number>, flushed: boolean) {
  let worst = 0;
  let largest = 0;
  for (let from = 0; from < values.length; from += packedAtOnce) {
    const some = part(values, from, Math.min(values.length, from + packedAtOnce));
    const words = new Uint32Array(Math.ceil(some.length / 2));
    const rounding = packHalves(some, words, flushed);
    recorder.write(bufferOf(array), words, from * 2);
    worst = Math.max(worst, rounding.worst);
    largest = Math.max(largest, rounding.largest);
  }
  return { worst, largest };
}

/** A view where there can be one. */
function part(values: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (from === 0 && to === values.length) return values;
  if (values instanceof Float32Array || values instanceof Float64Array) return values.subarray(from, to);
  return Array.prototype.slice.call(values, from, to);
}

function float32(values: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return values instanceof Float32Array ? (values as Float32Array<ArrayBuffer>) : Float32Array.from(values);
}
