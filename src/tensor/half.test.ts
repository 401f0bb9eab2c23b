import { expect, test } from 'vitest';
import { halfValue, packHalves, roundedToHalf } from './half';
import { randomArray, seededRandom } from './random';

/** By definition: of all finite halves the nearest, on a tie the one with an even last bit. */
function nearestHalf(value: number): number {
  let best = 0;
  for (let half = 0; half < 0x7c00; half++) {
    const [d, e] = [Math.abs(halfValue(half) - Math.abs(value)), Math.abs(halfValue(best) - Math.abs(value))];
    if (d < e || (d === e && half % 2 === 0)) best = half;
  }
  return value < 0 ? -halfValue(best) : halfValue(best);
}

test('every finite half is itself', () => {
  const finite = Array.from({ length: 0x7c00 }, (_, half) => half).flatMap((half) => [half, half | 0x8000]);
  const values = finite.map(halfValue);
  const words = new Uint32Array(values.length / 2);
  expect(packHalves(values, words)).toEqual({ worst: 0, largest: 65_504 });
  expect([...words].flatMap((word) => [word & 0xffff, word >>> 16]).map(halfValue)).toEqual(values);
});

test('numbers between halves go to the nearest, ties to even, in every binade and below the smallest normal half', () => {
  const random = seededRandom(3);
  const scales = [1e-9, 2 ** -26, 2 ** -24, 2 ** -15, 2 ** -14, 1e-3, 1, 300, 60_000];
  const values = scales.flatMap((scale) => [...randomArray(12, random, scale)]);
  const ties = [0, 1, 2, 5, 0x3ff, 0x400, 0x3c00, 0x3c01, 0x7bfe].map(
    (half) => (halfValue(half) + halfValue(half + 1)) / 2,
  );
  const all = Float32Array.from([...values, ...ties, ...ties.map((tie) => -tie)]);
  expect([...roundedToHalf(all)]).toEqual([...all].map((value) => nearestHalf(value)));
});

test('what was lost is measured', () => {
  const { worst, largest } = packHalves([1 + 2 ** -12, -3], new Uint32Array(1));
  expect({ worst, largest }).toEqual({ worst: 2 ** -12, largest: 3 });
});

test('for a device that reads the smallest halves as 0 they are 0, and the loss is measured', () => {
  const words = new Uint32Array(2);
  expect(packHalves([2 ** -15, -(2 ** -24), 2 ** -14, -1], words, true)).toEqual({ worst: 2 ** -15, largest: 1 });
  expect([...words].flatMap((word) => [word & 0xffff, word >>> 16]).map(halfValue)).toEqual([0, -0, 2 ** -14, -1]);
});

test.each([65_505, -70_000, Number.NaN, Number.POSITIVE_INFINITY])('%d has no half', (value) => {
  expect(() => packHalves([1, value], new Uint32Array(1))).toThrow(RangeError);
});
