// Bytes of a tensor in a file → numbers. F32 without a copy where the bytes lie well; F16 and BF16 widen exactly. NaN and Infinity are refused:
// one of them makes every result of the model meaningless.

import { UserError } from '../tensor/errors';
import { halfValue } from '../tensor/half';
import type { FileTensor } from './safetensors';

/** [element]: float32 values of an F32, F16 or BF16 tensor. UserError 'bad-model' for another dtype or a value that is not finite. */
export function toFloat32(tensor: FileTensor, name: string): Float32Array {
  const values = decode(tensor, name);
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      throw new UserError(
        'bad-model',
        `The tensor ${name} holds ${values[at]}: no result can come of it. Use another copy of the file.`,
      );
    }
  }
  return values;
}

function decode({ dtype, bytes }: FileTensor, name: string): Float32Array {
  switch (dtype) {
    case 'F32':
      return elements(bytes, Float32Array);
    case 'F16': {
      const half = elements(bytes, Uint16Array);
      const table = halfTable();
      const values = new Float32Array(half.length);
      for (let at = 0; at < half.length; at++) values[at] = table[half[at]!]!;
      return values;
    }
    case 'BF16': {
      const upper = elements(bytes, Uint16Array);
      const bits = new Uint32Array(upper.length);
      for (let at = 0; at < upper.length; at++) bits[at] = upper[at]! << 16;
      return new Float32Array(bits.buffer);
    }
    default:
      throw new UserError(
        'bad-model',
        `The tensor ${name} is stored as ${dtype}; weights are read from F32, F16 and BF16.`,
      );
  }
}

/** [element]: integers of an I32 or I64 tensor (indices; values beyond 32 bits are refused). */
export function toInt32({ dtype, bytes }: FileTensor, name: string): Int32Array {
  if (dtype === 'I32') return elements(bytes, Int32Array);
  if (dtype !== 'I64') throw new UserError('bad-model', `The tensor ${name} is stored as ${dtype}, not as integers.`);
  const values = Int32Array.from(elements(bytes, BigInt64Array), Number);
  for (const [at, value] of elements(bytes, BigInt64Array).entries()) {
    if (BigInt(values[at]!) !== value)
      throw new UserError('bad-model', `The tensor ${name} holds ${value}, beyond 32 bits.`);
  }
  return values;
}

interface ArrayType<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
}

/** The bytes as numbers: a view where they are aligned, else a copy. */
function elements<T>(bytes: Uint8Array, type: ArrayType<T>): T {
  const { buffer, byteOffset } = byteAligned(bytes, type.BYTES_PER_ELEMENT);
  return new type(buffer, byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
}

function byteAligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

let halves: Float32Array | null = null;

/** All 65,536 half-precision numbers, made once. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfValue(bits));
  return halves;
}
