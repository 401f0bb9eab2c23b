// Half precision (IEEE 754 binary16): float32 values rounded to it, to the nearest and to even, and packed two in a 32-bit word, as WGSL's
// unpack2x16float takes them. Pure; knows nothing of devices.

/** The largest finite half. */
export const largestHalf = 65_504;

const smallestNormalHalf = 2 ** -14;

export interface HalfRounding {
  /** max|rounded − value| and max|value| over what was packed. */
  readonly worst: number;
  readonly largest: number;
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/**
 * Word k gets the values 2k (lower half) and 2k + 1; a last odd one gets a 0 beside it. RangeError for a value beyond ±65,504, or NaN.
 * `flushed`: sizes below the smallest normal half become 0, for a device that would read them as 0 anyway.
 */
export function packHalves(values: ArrayLike<number>, words: Uint32Array, flushed = false): HalfRounding {
  let worst = 0;
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    const size = Math.abs(value);
    if (!(size <= largestHalf)) throw new RangeError(`${value} is beyond half precision`);
    single[0] = size;
    let half: number;
    let rounded: number;
    if (size < smallestNormalHalf && flushed) {
      half = 0;
      rounded = 0;
    } else if (size < smallestNormalHalf) {
      single[0] = size + 0.5; // the distance of float32 numbers at 0.5 is that of halves near 0, 2⁻²⁴
      half = bits[0]! - 0x3f000000;
      rounded = half * 2 ** -24;
    } else {
      const even = bits[0]! + 0xfff + ((bits[0]! >>> 13) & 1);
      half = (even >>> 13) - (112 << 10);
      bits[0] = even & ~0x1fff;
      rounded = single[0]!;
    }
    worst = Math.max(worst, Math.abs(rounded - size));
    largest = Math.max(largest, size);
    if (value < 0 || Object.is(value, -0)) half |= 0x8000;
    if (at % 2 === 0) words[at >> 1] = half;
    else words[at >> 1]! |= half << 16;
  }
  return { worst, largest };
}

/** What halves keep of the values: the float32 numbers that packing and unpacking gives. */
export function roundedToHalf(values: ArrayLike<number>): Float32Array {
  const words = new Uint32Array(Math.ceil(values.length / 2));
  packHalves(values, words);
  return Float32Array.from(values, (_, at) => halfValue((words[at >> 1]! >>> (at % 2 ? 16 : 0)) & 0xffff));
}

/** The number that a half's 16 bits spell. */
export function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
