// The GGUF format (versions 2 and 3, little-endian): "GGUF", version, counts, metadata key by key, one entry a tensor, then the aligned data.
// Only the header is read here, in growing pieces of the file's beginning; every count is held against the bytes that are left before anything
// is made of it. Layout: ggml's docs/gguf.md.

import { UserError } from '../tensor/errors';
import type { PartedFile } from './files';
import { type BlockType, blockTypeOf, blockTypes, describeBlockTypes } from './ggufBlocks';

export type GgufValue = number | string | boolean | readonly string[] | ArrayLike<number>;

export interface GgufTensor {
  readonly name: string;
  /** Slowest axis first, as everywhere here; the file lists them the other way round. */
  readonly shape: readonly number[];
  readonly type: BlockType;
  /** Bytes of the file. */
  readonly from: number;
  readonly to: number;
}

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** The bytes before the data. */
  readonly bytes: Uint8Array;
}

/** Real headers are mostly the vocabulary: 8 MB for 128,000 tokens and their merges. */
const headerLimit = 64_000_000;
const firstPiece = 1_000_000;
const countLimit = 100_000;
const arrayLimit = 4_000_000;
const rankLimit = 4;

/** UserError 'bad-model' names the file and what is wrong with it; 'unsupported-model' a tensor type that is not read. */
export async function readGguf(file: PartedFile): Promise<GgufHeader> {
  const most = Math.min(file.size, headerLimit);
  for (let length = Math.min(most, firstPiece); ; length = Math.min(most, 4 * length)) {
    const bytes = await file.read(0, length);
    try {
      return parse(bytes, file);
    } catch (error) {
      if (!(error instanceof Short)) throw error;
      if (length < most) continue;
      const why = file.size > headerLimit ? `its header is longer than ${headerLimit} bytes` : 'it ends in its header';
      throw broken(file, `${why}, so the download is not complete`);
    }
  }
}

/** The piece of the file that was read ends before the header does. */
class Short extends Error {}

class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #file: PartedFile;
  at = 0;

  constructor(bytes: Uint8Array, file: PartedFile) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
  }

  /** Position of the next `length` bytes, which are then behind. */
  take(length: number): number {
    const from = this.at;
    if (from + length > this.#file.size) throw broken(this.#file, 'a length in its header runs past its end');
    if (from + length > this.#bytes.byteLength) throw new Short();
    this.at += length;
    return from;
  }

  u32 = (): number => this.#view.getUint32(this.take(4), true);

  u64(): number {
    const at = this.take(8);
    const value = this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
    if (Number.isSafeInteger(value)) return value;
    throw broken(this.#file, 'a number in its header is beyond all sizes');
  }

  text(): string {
    const length = this.u64();
    const from = this.take(length);
    return decoder.decode(this.#bytes.subarray(from, from + length));
  }

  value(key: string): GgufValue {
    const type = this.u32();
    if (type === 8) return this.text();
    if (type === 9) return this.#array(key);
    const read = this.#scalar(type, key);
    const value = read.get(this.#view, this.take(read.bytes));
    return type === 7 ? value !== 0 : value;
  }

  #array(key: string): GgufValue {
    const type = this.u32();
    const length = this.u64();
    if (length > arrayLimit) throw broken(this.#file, `${key} has ${length} entries, more than ${arrayLimit}`);
    if (type === 8) {
      const start = this.at;
      this.take(8 * length); // every text has at least its length
      this.at = start;
      return Array.from({ length }, () => this.text());
    }
    const read = this.#scalar(type, key);
    const from = this.take(read.bytes * length);
    const values = new read.array(length);
    for (let at = 0; at < length; at++) values[at] = read.get(this.#view, from + at * read.bytes);
    return values;
  }

  #scalar(type: number, key: string): Scalar {
    const read = scalars[type];
    if (read) return read;
    throw broken(this.#file, `${key} is of type ${type}, which the format does not have`);
  }
}

const decoder = new TextDecoder();

interface Scalar {
  readonly bytes: number;
  readonly array: new (length: number) => { [at: number]: number; readonly length: number };
  readonly get: (view: DataView, at: number) => number;
}

/** By the format's number of a type; 8 and 9 are texts and arrays. */
const scalars: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, array: Uint8Array, get: (view, at) => view.getUint8(at) },
  1: { bytes: 1, array: Int8Array, get: (view, at) => view.getInt8(at) },
  2: { bytes: 2, array: Uint16Array, get: (view, at) => view.getUint16(at, true) },
  3: { bytes: 2, array: Int16Array, get: (view, at) => view.getInt16(at, true) },
  4: { bytes: 4, array: Uint32Array, get: (view, at) => view.getUint32(at, true) },
  5: { bytes: 4, array: Int32Array, get: (view, at) => view.getInt32(at, true) },
  6: { bytes: 4, array: Float32Array, get: (view, at) => view.getFloat32(at, true) },
  7: { bytes: 1, array: Uint8Array, get: (view, at) => view.getUint8(at) },
  10: { bytes: 8, array: Float64Array, get: (view, at) => Number(view.getBigUint64(at, true)) },
  11: { bytes: 8, array: Float64Array, get: (view, at) => Number(view.getBigInt64(at, true)) },
  12: { bytes: 8, array: Float64Array, get: (view, at) => view.getFloat64(at, true) },
};

function parse(bytes: Uint8Array, file: PartedFile): GgufHeader {
  const reader = new Reader(bytes, file);
  if (file.size < 24) throw broken(file, `it has ${file.size} bytes, too few for a header`);
  if (reader.u32() !== 0x46554747) throw broken(file, 'it does not begin with "GGUF"');
  const version = reader.u32();
  if (version !== 2 && version !== 3) {
    const what = version > 0xffff ? 'its numbers are big-endian' : `it is version ${version}`;
    throw new UserError('unsupported-model', `${file.name} is a GGUF file, but ${what}; versions 2 and 3 are read.`);
  }
  const [tensorCount, keyCount] = [reader.u64(), reader.u64()];
  for (const [count, what] of [
    [tensorCount, 'tensors'],
    [keyCount, 'metadata entries'],
  ] as const) {
    if (count > countLimit) throw broken(file, `it claims ${count} ${what}, more than ${countLimit}`);
  }

  const metadata = new Map<string, GgufValue>();
  for (let at = 0; at < keyCount; at++) {
    const key = reader.text();
    if (metadata.has(key)) throw broken(file, `its metadata has ${key} twice`);
    metadata.set(key, reader.value(key));
  }
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !(alignment >= 8 && alignment <= 65_536) || alignment % 8 !== 0) {
    throw broken(file, 'its general.alignment is no multiple of 8');
  }
  const entries = Array.from({ length: tensorCount }, () => readEntry(reader, file));
  const dataStart = Math.ceil(reader.at / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { name, shape, type, offset, length } of entries) {
    if (tensors.has(name)) throw broken(file, `it lists the tensor ${name} twice`);
    if (offset % alignment !== 0) throw broken(file, `${name} does not begin at a multiple of ${alignment} bytes`);
    const from = dataStart + offset;
    if (from + length > file.size) {
      throw broken(file, `${name} lies beyond its end at byte ${file.size}, so the download is not complete`);
    }
    tensors.set(name, { name, shape, type, from, to: from + length });
  }
  checkOverlaps([...tensors.values()], file);
  return { metadata, tensors, bytes: bytes.subarray(0, reader.at) };
}

function readEntry(reader: Reader, file: PartedFile) {
  const name = reader.text();
  const rank = reader.u32();
  if (rank < 1 || rank > rankLimit) throw broken(file, `${name} has ${rank} axes`);
  const shape = Array.from({ length: rank }, () => reader.u64()).reverse();
  const typeNumber = reader.u32();
  const offset = reader.u64();
  const type = blockTypeOf(typeNumber);
  if (type === null) {
    throw new UserError(
      'unsupported-model',
      `${file.name} stores ${name} in a type (number ${typeNumber}) that is not read; ${describeBlockTypes()} are. Choose another quantisation of the model.`,
    );
  }
  const { values, bytes } = blockTypes[type];
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (!Number.isSafeInteger(size)) throw broken(file, `${name} has ${shape.join(' × ')} numbers`);
  if (shape.at(-1)! % values !== 0) {
    throw broken(
      file,
      `rows of ${name} have ${shape.at(-1)} numbers, not a multiple of the ${values} of a ${type} block`,
    );
  }
  return { name, shape, type, offset, length: (size / values) * bytes };
}

function checkOverlaps(tensors: GgufTensor[], file: PartedFile): void {
  tensors.sort((a, b) => a.from - b.from || a.to - b.to);
  let reached = 0;
  for (const { name, from, to } of tensors) {
    if (from < reached) throw broken(file, `${name} overlaps another tensor`);
    reached = to;
  }
}

function broken({ name }: PartedFile, what: string): UserError {
  return new UserError('bad-model', `${name} is not a valid GGUF file: ${what}.`);
}
