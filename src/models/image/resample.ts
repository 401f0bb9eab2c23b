// Resizing a picture bit for bit as Pillow (up to 12) does it, which the models' own preprocessing uses: a separable filter whose support grows when the
// picture shrinks, weights in fixed point, 8 bits between the two passes. Canvas scaling is no substitute: its filter is each browser's own.

import type { RgbImage } from './header';

export type Resampling = 'nearest' | 'lanczos' | 'bilinear' | 'bicubic' | 'box' | 'hamming';

interface Kernel {
  readonly support: number;
  readonly weight: (x: number) => number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const kernels: Readonly<Record<Exclude<Resampling, 'nearest'>, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic with a = −1/2. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Fixed point of the weights. */
const bits = 22;

/** What every output pixel of a line reads: `count` input pixels from `first` on, with weights. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [output, tap] */
  readonly weights: Int32Array;
  readonly most: number;
}

function tapsOf({ support, weight }: Kernel, input: number, output: number): Taps {
  const scale = input / output;
  const wide = Math.max(1, scale);
  const reach = support * wide;
  const most = Math.ceil(reach) * 2 + 1;
  const taps = { first: new Int32Array(output), count: new Int32Array(output), weights: new Int32Array(output * most) };
  for (let at = 0; at < output; at++) {
    const centre = (at + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - reach + 0.5));
    const to = Math.min(input, Math.trunc(centre + reach + 0.5));
    const raw = Array.from({ length: to - from }, (_, tap) => weight((tap + from - centre + 0.5) * (1 / wide)));
    const sum = raw.reduce((all, one) => all + one, 0);
    taps.first[at] = from;
    taps.count[at] = to - from;
    raw.forEach((one, tap) => {
      const share = (sum === 0 ? one : one / sum) * 2 ** bits;
      taps.weights[at * most + tap] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    });
  }
  return { ...taps, most };
}

/** The picture with another size. */
export function resample(image: RgbImage, width: number, height: number, how: Resampling): RgbImage {
  if (how === 'nearest') return nearest(image, width, height);
  const wide = image.width === width ? image : horizontal(image, tapsOf(kernels[how], image.width, width));
  return image.height === height ? wide : vertical(wide, tapsOf(kernels[how], image.height, height));
}

const half = 1 << (bits - 1);

function horizontal({ width, height, rgb }: RgbImage, { first, count, weights, most }: Taps): RgbImage {
  const out = new Uint8Array(first.length * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < first.length; x++) {
      let at = (y * width + first[x]!) * 3;
      let [r, g, b] = [half, half, half];
      for (let tap = 0; tap < count[x]!; tap++, at += 3) {
        const weight = weights[x * most + tap]!;
        r += weight * rgb[at]!;
        g += weight * rgb[at + 1]!;
        b += weight * rgb[at + 2]!;
      }
      out[to++] = toByte(r);
      out[to++] = toByte(g);
      out[to++] = toByte(b);
    }
  }
  return { width: first.length, height, rgb: out };
}

function vertical({ width, rgb }: RgbImage, { first, count, weights, most }: Taps): RgbImage {
  const line = width * 3;
  const out = new Uint8Array(first.length * line);
  const sums = new Int32Array(line);
  for (let y = 0; y < first.length; y++) {
    sums.fill(half);
    for (let tap = 0; tap < count[y]!; tap++) {
      const weight = weights[y * most + tap]!;
      const from = (first[y]! + tap) * line;
      for (let x = 0; x < line; x++) sums[x]! += weight * rgb[from + x]!;
    }
    for (let x = 0; x < line; x++) out[y * line + x] = toByte(sums[x]!);
  }
  return { width, height: first.length, rgb: out };
}

const toByte = (sum: number): number => Math.min(255, Math.max(0, sum >> bits));

function nearest({ width: inWidth, height: inHeight, rgb }: RgbImage, width: number, height: number): RgbImage {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = Math.min(inHeight - 1, Math.floor(((y + 0.5) * inHeight) / height));
    for (let x = 0; x < width; x++) {
      const from = (row * inWidth + Math.min(inWidth - 1, Math.floor(((x + 0.5) * inWidth) / width))) * 3;
      out.set(rgb.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, rgb: out };
}
