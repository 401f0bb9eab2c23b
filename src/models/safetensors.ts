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

/** Where a tensor lies: bytes [from, to) of the file. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data begins. */
  readonly start: number;
}

/** All tensors of a file as views of `bytes`. UserError 'bad-model' names `file`, the tensor and what is wrong. */
export function readSafetensors(bytes: Uint8Array, file = 'the safetensors file'): SafetensorsFile {
  const length = headerLength(bytes, bytes.byteLength, file);
  const { entries, metadata } = parseHeader(bytes.subarray(8, 8 + length), bytes.byteLength, file);
  const tensors = new Map<string, FileTensor>();
  for (const [name, { dtype, shape, from, to }] of entries) {
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(from, to) });
  }
  return { tensors, metadata };
}

/** Only the header is read. */
export async function readSafetensorsHeader(file: {
  readonly name: string;
  readonly size: number;
  read(from: number, to: number): Promise<Uint8Array>;
}): Promise<SafetensorsHeader> {
  const length = headerLength(await file.read(0, Math.min(8, file.size)), file.size, file.name);
  return parseHeader(await file.read(8, 8 + length), file.size, file.name);
}

/** `start`: at least the first 8 bytes of a file of `size` bytes, where it has them. */
export function headerLength(start: Uint8Array, size: number, file: string): number {
  if (start.byteLength < 8) throw broken(file, `it has ${size} bytes, too few for a header`);
  const view = new DataView(start.buffer, start.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length <= headerLimit && length <= size - 8) return length;
  throw broken(file, `its header claims ${length} bytes, but the file has ${size}, so the download is not complete`);
}

/** `text`: the header without its length; `size`: of the whole file. */
export function parseHeader(text: Uint8Array, size: number, file: string): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...listed } = headerObject(text, file);
  const start = 8 + text.byteLength;
  const dataLength = size - start;
  if (!v.is(metadataSchema, metadata)) throw broken(file, 'its __metadata__ is not a list of texts');
  const names = Object.keys(listed);
  if (names.length > tensorLimit) throw broken(file, `it lists ${names.length} tensors, more than ${tensorLimit}`);

  const entries = new Map<string, TensorEntry>();
  const spans: { name: string; start: number; end: number }[] = [];
  for (const name of names) {
    const entry = v.safeParse(entrySchema, listed[name], { abortEarly: true });
    if (!entry.success)
      throw broken(file, `the entry of ${name} in its header is not valid (${entry.issues[0].message})`);
    const { dtype, shape, data_offsets: offsets } = entry.output;
    const [from, to] = offsets;
    if (from > to || to > dataLength) {
      throw broken(
        file,
        `${name} lies at bytes ${from} to ${to} of the data, which has ${dataLength} bytes, so the download is not complete`,
      );
    }
    const expected = sizeOf(shape) * bytesOf[dtype];
    if (expected !== to - from) {
      throw broken(file, `${name} has ${to - from} bytes, but ${describeShape(shape)} ${dtype} needs ${expected}`);
    }
    spans.push({ name, start: from, end: to });
    entries.set(name, { dtype, shape, from: start + from, to: start + to });
  }
  checkSpans(spans, dataLength, file);
  return { entries, metadata, start };
}

function headerObject(text: Uint8Array, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    throw broken(file, 'its header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw broken(file, 'its header is not a JSON object');
  }
  return header as Record<string, unknown>;
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
