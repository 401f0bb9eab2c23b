// Takes the arrays of a program out of the files: resolves names, checks every shape against the spec before anything is allocated, cuts fused
// tensors apart, widens to float32, and adds what the files leave out of a gain.

import {
  type MatrixRef,
  type Program,
  type VectorRef,
  type WeightName,
  weightShape,
  weightsOf,
} from '../program/program';
import { UserError } from '../tensor/errors';
import { describeShape, sameShape } from '../tensor/shape';
import { toFloat32 } from './decode';
import type { FileTensor } from './safetensors';
import type { Slice, WeightMap } from './spec';

/** One array to take: from which tensor, of which shape in the file, which part. */
export interface PlannedWeight {
  readonly name: WeightName;
  readonly tensor: string;
  readonly fileShape: readonly number[];
  readonly slice: Slice | null;
  readonly plus: number;
}

/** Finds every weight of the program among the files' tensors. UserError 'bad-model' names the first that is missing. */
export function planWeights(program: Program, weights: WeightMap, tensorNames: ReadonlySet<string>): PlannedWeight[] {
  const refs = new Map<WeightName, MatrixRef | VectorRef>(weightsOf(program).map((ref) => [ref.name, ref]));
  return [...refs.values()].map((ref) => {
    const source = weights.get(ref.name)!;
    const tensor = source.tensors.find((name) => tensorNames.has(name));
    if (tensor === undefined) {
      const names = source.tensors.join(' or ');
      throw new UserError(
        'bad-model',
        `The weight files lack the tensor ${names}: they do not fit config.json, or are incomplete.`,
      );
    }
    const { slice, plus, shape = weightShape(ref) } = source;
    return { name: ref.name, tensor, fileShape: fileShape(shape, slice), slice, plus };
  });
}

function fileShape(shape: readonly number[], slice: Slice | null): readonly number[] {
  return shape.map((length, axis) => (slice?.axis === axis ? slice.length : length));
}

/** UserError 'bad-model' when the tensor's shape contradicts the spec. */
export function checkShape({ tensor: name, fileShape }: PlannedWeight, shape: readonly number[]): void {
  if (sameShape(shape, fileShape)) return;
  throw new UserError(
    'bad-model',
    `The tensor ${name} has shape ${describeShape(shape)}, but config.json asks for ${describeShape(fileShape)}.`,
  );
}

/** [element] in the program's layout; the shape was checked. UserError 'bad-model' when the values are not usable. */
export function takeWeight({ tensor: name, slice, plus }: PlannedWeight, tensor: FileTensor): Float32Array {
  const values = toFloat32(slice ? cut(tensor, slice) : tensor, name);
  return plus === 0 ? values : values.map((value) => value + plus); // a copy: the values may be the file's bytes
}

/** The part of a tensor with one or two axes; a single range of the first axis is not copied. */
function cut({ dtype, shape, bytes }: FileTensor, { axis, ranges, length }: Slice): FileTensor {
  const kept = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const newShape = shape.map((size, at) => (at === axis ? kept : size));
  const rows = axis === 0 ? 1 : shape[0]!;
  const rowBytes = bytes.byteLength / rows;
  const entryBytes = rowBytes / length;
  const parts = Array.from({ length: rows }, (_, row) =>
    ranges.map(([from, to]) => bytes.subarray(row * rowBytes + from * entryBytes, row * rowBytes + to * entryBytes)),
  ).flat();
  if (parts.length === 1) return { dtype, shape: newShape, bytes: parts[0]! };
  const joined = new Uint8Array(rows * kept * entryBytes);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return { dtype, shape: newShape, bytes: joined };
}
