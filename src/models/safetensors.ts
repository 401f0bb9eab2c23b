// The safetensors format: 8 bytes header length (little-endian), a JSON header {name: {dtype, shape, data_offsets}, __metadata__}, the data.
// Read strictly, like the reference implementation: offsets inside the file, no overlap, no gap, bytes = shape × dtype. Nothing is copied.

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import { describeShape, sizeOf } from '../tensor/shape';

/** Bytes of one element. All of the format's whole-byte types, because files hold buffers that nobody reads; decode.ts says which can be read. */
// biome-ignore format: a table
const bytesOf = {
  BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1,
  I16: 2, U16: 2, F16: 2, BF16: 2,
  I32: 4, U32: 4, F32: 4,
  I64: 8, U64: 8, F64: 8, C64: 8,
} as const;
export type Dtype = keyof typeof bytesOf;

export interface FileTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** A view of the file's bytes. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit, and sizes that no real file has. */
export const headerLimit = 100_000_000;
const tensorLimit = 100_000;
const rankLimit = 8;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.strictObject({
  dtype: v.picklist(Object.keys(bytesOf) as Dtype[]),
  shape: v.pipe(v.array(whole), v.maxLength(rankLimit)),
  data_offsets: v.tuple([whole, whole]),
});
const metadataSchema = v.record(v.string(), v.string());

/** All tensors of a file as views of `bytes`. UserError 'bad-model' names `file`, the tensor and what is wrong. */
export function readSafetensors(bytes: Uint8Array, file = 'the safetensors file'): SafetensorsFile {
  const { header, dataStart } = readHeader(bytes, file);
  const dataLength = bytes.byteLength - dataStart;
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!v.is(metadataSchema, metadata)) throw broken(file, 'its __metadata__ is not a list of texts');
  const names = Object.keys(entries);
  if (names.length > tensorLimit) throw broken(file, `it lists ${names.length} tensors, more than ${tensorLimit}`);

  const tensors = new Map<string, FileTensor>();
  const spans: { name: string; start: number; end: number }[] = [];
  for (const name of names) {
    const entry = v.safeParse(entrySchema, entries[name], { abortEarly: true });
    if (!entry.success)
      throw broken(file, `the entry of ${name} in its header is not valid (${entry.issues[0].message})`);
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = entry.output;
    if (start > end || end > dataLength) {
      throw broken(
        file,
        `${name} lies at bytes ${start} to ${end} of the data, which has ${dataLength} bytes, so the download is not complete`,
      );
    }
    const expected = sizeOf(shape) * bytesOf[dtype];
    if (expected !== end - start) {
      throw broken(file, `${name} has ${end - start} bytes, but ${describeShape(shape)} ${dtype} needs ${expected}`);
    }
    spans.push({ name, start, end });
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(dataStart + start, dataStart + end) });
  }
  checkSpans(spans, dataLength, file);
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < 8) throw broken(file, `it has ${bytes.byteLength} bytes, too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > headerLimit || length > bytes.byteLength - 8) {
    throw broken(
      file,
      `its header claims ${length} bytes, but the file has ${bytes.byteLength}, so the download is not complete`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw broken(file, 'its header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw broken(file, 'its header is not a JSON object');
  }
  return { header: header as Record<string, unknown>, dataStart: 8 + length };
}

function checkSpans(spans: { name: string; start: number; end: number }[], dataLength: number, file: string): void {
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  let reached = 0;
  for (const { name, start, end } of spans) {
    if (start < reached) throw broken(file, `${name} overlaps another tensor`);
    if (start > reached) throw broken(file, `${start - reached} bytes before ${name} belong to no tensor`);
    reached = end;
  }
  if (reached !== dataLength) throw broken(file, `${dataLength - reached} bytes at its end belong to no tensor`);
}

function broken(file: string, what: string, cause?: unknown): UserError {
  return new UserError('bad-model', `${file} is not a valid safetensors file: ${what}.`, { cause });
}

/** An array to write; int32 and float32 only. */
export interface TensorToWrite {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A file with the tensors in the map's order; the data starts at a multiple of 8 bytes. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let dataLength = 0;
  for (const [name, { shape, data }] of tensors) {
    if (sizeOf(shape) !== data.length)
      throw new Error(`${name}: ${data.length} numbers do not fill ${describeShape(shape)}`);
    const dtype: Dtype = data instanceof Float32Array ? 'F32' : 'I32';
    header[name] = { dtype, shape, data_offsets: [dataLength, dataLength + data.byteLength] };
    dataLength += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(text, 8);
  let at = 8 + headerLength;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
