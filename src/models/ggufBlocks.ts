// The types in which GGUF files store numbers, and their way back to float32. A quantised type packs blocks of 32 or 256 numbers with shared
// scales; the bit layouts are ggml's. Every product and sum is rounded to float32, as ggml does it, so the numbers are the same to the last bit.

import type { FileTensor } from './safetensors';

export type BlockType = 'F32' | 'F16' | 'BF16' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q8_0' | 'Q4_K' | 'Q5_K' | 'Q6_K';

interface Block {
  /** The format's number of the type. */
  readonly id: number;
  /** Numbers in a block. */
  readonly values: number;
  readonly bytes: number;
  /** null: stored as it is. Else writes the block at `at` of `bytes` to `out` from `to`. */
  readonly decode: ((bytes: DataView, at: number, out: Float32Array, to: number) => void) | null;
}

const round = Math.fround;

/** f16 at a byte. */
function half(bytes: DataView, at: number): number {
  const bits = bytes.getUint16(at, true);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** 32 numbers of 4 bits, or 5 where `high` says where their highest bits lie, as x = q·d + m. */
function nibbles(
  bytes: DataView,
  quants: number,
  high: number | null,
  scale: (q: number) => number,
  out: Float32Array,
  to: number,
) {
  const highBits = high === null ? 0 : bytes.getUint32(high, true);
  for (let at = 0; at < 16; at++) {
    const pair = bytes.getUint8(quants + at);
    out[to + at] = scale((pair & 0xf) | (((highBits >>> at) & 1) << 4));
    out[to + at + 16] = scale((pair >> 4) | (((highBits >>> (at + 16)) & 1) << 4));
  }
}

/** Scale and minimum number `at` of the eight that Q4_K and Q5_K pack into 12 bytes, 6 bits each. */
function packedScale(bytes: DataView, from: number, at: number): readonly [scale: number, minimum: number] {
  const byte = (index: number) => bytes.getUint8(from + index);
  if (at < 4) return [byte(at) & 63, byte(at + 4) & 63];
  return [(byte(at + 4) & 0xf) | ((byte(at - 4) >> 6) << 4), (byte(at + 4) >> 4) | ((byte(at) >> 6) << 4)];
}

/** Eight groups of 32 numbers, two groups share 32 bytes: low and high halves. `high`: 32 bytes with the fifth bits, one bit a group. */
function superBlock(bytes: DataView, at: number, high: number | null, quants: number, out: Float32Array, to: number) {
  const [d, dMinimum] = [half(bytes, at), half(bytes, at + 2)];
  for (let group = 0; group < 8; group++) {
    const [packed, packedMinimum] = packedScale(bytes, at + 4, group);
    const [scale, minimum] = [round(d * packed), round(dMinimum * packedMinimum)];
    for (let l = 0; l < 32; l++) {
      const pair = bytes.getUint8(quants + 32 * (group >> 1) + l);
      const low = group % 2 === 0 ? pair & 0xf : pair >> 4;
      const fifth = high === null ? 0 : (bytes.getUint8(high + l) >> group) & 1;
      out[to + 32 * group + l] = round(scale * (low + 16 * fifth)) - minimum;
    }
  }
}

/** 16 groups of 16 numbers of 6 bits: low four in ql[128], high two in qh[64], an int8 scale each. */
function sixBits(bytes: DataView, at: number, out: Float32Array, to: number) {
  const [high, scales] = [at + 128, at + 192];
  const d = half(bytes, at + 208);
  for (let n = 0; n < 256; n++) {
    const [part, quarter, l] = [n >> 7, (n >> 5) & 3, n & 31];
    const low = bytes.getUint8(at + 64 * part + 32 * (quarter & 1) + l);
    const two = (bytes.getUint8(high + 32 * part + l) >> (2 * quarter)) & 3;
    const q = ((quarter < 2 ? low & 0xf : low >> 4) | (two << 4)) - 32;
    out[to + n] = round(d * bytes.getInt8(scales + (n >> 4))) * q;
  }
}

export const blockTypes: Readonly<Record<BlockType, Block>> = {
  F32: { id: 0, values: 1, bytes: 4, decode: null },
  F16: { id: 1, values: 1, bytes: 2, decode: null },
  BF16: { id: 30, values: 1, bytes: 2, decode: null },
  Q4_0: {
    id: 2,
    values: 32,
    bytes: 18,
    decode(bytes, at, out, to) {
      const d = half(bytes, at);
      nibbles(bytes, at + 2, null, (q) => (q - 8) * d, out, to);
    },
  },
  Q4_1: {
    id: 3,
    values: 32,
    bytes: 20,
    decode(bytes, at, out, to) {
      const [d, m] = [half(bytes, at), half(bytes, at + 2)];
      nibbles(bytes, at + 4, null, (q) => round(q * d) + m, out, to);
    },
  },
  Q5_0: {
    id: 6,
    values: 32,
    bytes: 22,
    decode(bytes, at, out, to) {
      const d = half(bytes, at);
      nibbles(bytes, at + 6, at + 2, (q) => (q - 16) * d, out, to);
    },
  },
  Q5_1: {
    id: 7,
    values: 32,
    bytes: 24,
    decode(bytes, at, out, to) {
      const [d, m] = [half(bytes, at), half(bytes, at + 2)];
      nibbles(bytes, at + 8, at + 4, (q) => round(q * d) + m, out, to);
    },
  },
  Q8_0: {
    id: 8,
    values: 32,
    bytes: 34,
    decode(bytes, at, out, to) {
      const d = half(bytes, at);
      for (let n = 0; n < 32; n++) out[to + n] = bytes.getInt8(at + 2 + n) * d;
    },
  },
  Q4_K: {
    id: 12,
    values: 256,
    bytes: 144,
    decode: (bytes, at, out, to) => superBlock(bytes, at, null, at + 16, out, to),
  },
  Q5_K: {
    id: 13,
    values: 256,
    bytes: 176,
    decode: (bytes, at, out, to) => superBlock(bytes, at, at + 16, at + 48, out, to),
  },
  Q6_K: { id: 14, values: 256, bytes: 210, decode: sixBits },
};

const byId = new Map(Object.entries(blockTypes).map(([type, { id }]) => [id, type as BlockType]));

/** null: not read here. */
export const blockTypeOf = (id: number): BlockType | null => byId.get(id) ?? null;

export const isQuantised = (type: BlockType): boolean => blockTypes[type].decode !== null;

export const describeBlockTypes = (): string => Object.keys(blockTypes).join(', ');

/** The stored bytes as the tensor that the loader takes: quantised types become F32. */
export function decodeBlocks(type: BlockType, shape: readonly number[], bytes: Uint8Array): FileTensor {
  const { values, bytes: blockBytes, decode } = blockTypes[type];
  if (decode === null) return { dtype: type as 'F32' | 'F16' | 'BF16', shape, bytes };
  const blocks = bytes.byteLength / blockBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(blocks * values);
  for (let block = 0; block < blocks; block++) decode(view, block * blockBytes, out, block * values);
  return { dtype: 'F32', shape, bytes: new Uint8Array(out.buffer) };
}
