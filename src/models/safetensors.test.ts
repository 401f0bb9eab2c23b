import { describe, expect, test } from 'vitest';
import { UserError } from '../tensor/errors';
import { seededRandom } from '../tensor/random';
import { toFloat32, toInt32 } from './decode';
import { type FileTensor, readSafetensors, writeSafetensors } from './safetensors';
import { countingTensors } from './testing/memoryFiles';

/** A file with the given header text and data. */
function file(header: unknown, dataLength: number, claimed?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.byteLength + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed ?? text.byteLength), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (shape: number[], from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] });

test('what is written is read back: names, shapes, values, metadata', () => {
  const written = writeSafetensors(
    new Map([
      ['a', { shape: [2, 3], data: Float32Array.of(1, -2.5, 3, 0, 1e-30, 7) }],
      ['ids', { shape: [2], data: Int32Array.of(5, -1) }],
      ['empty', { shape: [0, 4], data: new Float32Array(0) }],
      ['scalar', { shape: [], data: Float32Array.of(4) }],
    ]),
    { note: 'mary · ⏎' },
  );
  const { tensors, metadata } = readSafetensors(written);
  expect(metadata).toEqual({ note: 'mary · ⏎' });
  expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
    ['a', [2, 3]],
    ['ids', [2]],
    ['empty', [0, 4]],
    ['scalar', []],
  ]);
  expect([...toFloat32(tensors.get('a')!, 'a')]).toEqual([1, -2.5, 3, 0, Math.fround(1e-30), 7]);
  expect([...toInt32(tensors.get('ids')!, 'ids')]).toEqual([5, -1]);
});

test('a file that starts at an odd byte of its buffer reads the same', () => {
  const written = countingTensors({ a: [3], b: [2, 2] });
  const shifted = new Uint8Array(written.byteLength + 3).subarray(3);
  shifted.set(written);
  expect([...toFloat32(readSafetensors(shifted).tensors.get('b')!, 'b')]).toEqual([3, 4, 5, 6]);
});

describe('decoding', () => {
  const tensor = (dtype: FileTensor['dtype'], data: ArrayBufferView): FileTensor => ({
    dtype,
    shape: [data.byteLength],
    bytes: new Uint8Array(data.buffer),
  });

  test('F16 covers normal, subnormal and signed zero values exactly', () => {
    const values = toFloat32(tensor('F16', Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555)), 'w');
    expect([...values]).toEqual([1, -2, 2 ** -24, 65_504, -0, 0.333251953125]);
  });

  test('BF16 widens exactly', () => {
    expect([...toFloat32(tensor('BF16', Uint16Array.of(0x3f80, 0xc040, 0x0080)), 'w')]).toEqual([1, -3, 2 ** -126]);
  });

  test.each([
    ['F32', Float32Array.of(1, Number.NaN)],
    ['F32', Float32Array.of(Number.NEGATIVE_INFINITY)],
    ['F16', Uint16Array.of(0x7c00)],
    ['BF16', Uint16Array.of(0x7fc0)],
  ] as const)('a value of %s that is not finite is refused with the tensor named', (dtype, data) => {
    expect(() => toFloat32(tensor(dtype, data), 'h.0.weight')).toThrow(/h\.0\.weight holds (NaN|-?Infinity)/);
  });

  test('I64 indices narrow to 32 bits or are refused', () => {
    expect([...toInt32(tensor('I64', BigInt64Array.of(7n, -1n)), 'ids')]).toEqual([7, -1]);
    expect(() => toInt32(tensor('I64', BigInt64Array.of(2n ** 31n)), 'ids')).toThrow(/ids holds 2147483648/);
  });

  test('other types are refused as weights', () => {
    expect(() => toFloat32(tensor('I8', Int8Array.of(1)), 'q')).toThrow(/q is stored as I8/);
  });
});

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /has 0 bytes/],
  ['a header length beyond the file', file({}, 0, 1000), /header claims 1000 bytes/],
  ['an absurd header length', file({}, 0, 2 ** 52), /header claims/],
  ['a header that is a web page', file('<!doctype html>', 0), /not JSON/],
  ['a header that is a list', file([], 0), /not a JSON object/],
  ['metadata that is not text', file({ __metadata__: { a: 1 } }, 0), /__metadata__/],
  ['an unknown type', file({ a: { ...f32([1], 0, 4), dtype: 'F33' } }, 4), /entry of a/],
  ['a negative length', file({ a: f32([-1], 0, 4) }, 4), /entry of a/],
  ['a missing shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), /entry of a/],
  ['an extra key', file({ a: { ...f32([1], 0, 4), more: 1 } }, 4), /entry of a/],
  ['offsets past the end', file({ a: f32([2], 0, 8) }, 4), /a lies at bytes 0 to 8.*4 bytes/],
  ['offsets the wrong way round', file({ a: f32([1], 4, 0) }, 4), /a lies at/],
  ['fewer bytes than the shape needs', file({ a: f32([2], 0, 4) }, 4), /a has 4 bytes, but \[2\] F32 needs 8/],
  ['a shape whose product is absurd', file({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4), /a has 4 bytes/],
  ['tensors that overlap', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), /b overlaps/],
  ['a gap', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /4 bytes before b/],
  ['bytes at the end', file({ a: f32([1], 0, 4) }, 12), /8 bytes at its end/],
])('%s is refused in a sentence', (_, bytes, sentence) => {
  expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(sentence);
  expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(
    /^model\.safetensors is not a valid safetensors file: .*\.$/,
  );
});

test('600 mutated files end in a named error or a correct load', () => {
  const whole = countingTensors({ a: [3, 2], b: [4], c: [1, 1, 2] });
  const headerLength = Number(new DataView(whole.buffer).getBigUint64(0, true));
  const random = seededRandom(11);
  const below = (limit: number) => Math.floor(random() * limit);
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    let bytes = whole.slice();
    for (let change = 0; change <= below(3); change++) {
      const at = below(8 + headerLength);
      if (round % 4 === 0) bytes = bytes.slice(0, below(bytes.length + 1));
      else if (round % 4 === 1) bytes[at] = below(256);
      else if (round % 4 === 2) bytes[8 + below(headerLength)] = '0123456789[]{},:"'.charCodeAt(below(17));
      else bytes.copyWithin(at, below(bytes.length), below(bytes.length));
    }
    try {
      for (const [name, tensor] of readSafetensors(bytes).tensors) if (tensor.dtype === 'F32') toFloat32(tensor, name);
    } catch (error) {
      refused++;
      expect(error, `round ${round}`).toBeInstanceOf(UserError);
    }
  }
  expect(refused).toBeGreaterThan(300);
});
