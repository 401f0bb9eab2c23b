import { expect, test } from 'vitest';
import type { RemainderResult } from '../../engine/protocol';
import { curves, normLines, remainderPicture } from './layout';

const sizes = [0.001, 0.003, 0.03, 1];
const measured = (of: (size: number, direction: number) => number) =>
  Float32Array.from(sizes.flatMap((size) => [0, 1, 2].map((direction) => of(size, direction))));
const result = {
  change: measured((size) => 2 * size),
  tensor: measured((size, direction) => (direction === 1 ? 100 : 1) * size),
  jacobian: measured((size) => (size < 0.002 ? 0 : 5 * size ** 2)),
} as unknown as RemainderResult;

test('norms lie on one scale; hidden sources do not stretch it, and sources without any influence are left out', () => {
  const norms = {
    tensor: Float32Array.of(90, 2, 0.5, 0),
    jacobian: Float32Array.of(80, 4, 1, 0),
    difference: Float32Array.of(10, 3, 1, 0),
  };
  expect(normLines(norms, new Set([0]))).toEqual([
    { source: 0, values: [90, 80, 10], lengths: null },
    { source: 1, values: [2, 4, 3], lengths: [0.5, 1, 0.75] },
    { source: 2, values: [0.5, 1, 1], lengths: [0.125, 0.25, 0.25] },
  ]);
});

test('the exponent is fitted between 0.3 % and 3 %, and directions of unlike sizes do not move it', () => {
  const [change, tensor, jacobian] = curves(sizes, result);
  expect(change!.exponent).toBeCloseTo(1, 6);
  expect(tensor!.exponent).toBeCloseTo(1, 6);
  expect(jacobian!.exponent).toBeCloseTo(2, 5);
  expect(jacobian!.means[0]).toBe(0);
  const flat = { ...result, jacobian: measured(() => 0) };
  expect(curves(sizes, flat)[2]!.exponent).toBeNull();
});

test('what is 0 has no point, names keep apart, and the guides lie on what they guide', () => {
  const box = { width: 300, height: 200 };
  const picture = remainderPicture(sizes, curves(sizes, result), box)!;
  expect(picture.curves.map(({ points }) => points.length)).toEqual([4, 4, 3]);
  const labels = picture.curves.map(({ label }) => label).sort((a, b) => a - b);
  expect(labels[1]! - labels[0]!).toBeGreaterThanOrEqual(13);
  expect(picture.xTicks.map(({ value, x }) => [value, Math.round(x)])).toEqual([
    [0.001, 0],
    [0.01, 100],
    [0.1, 200],
    [1, 300],
  ]);
  const curve = picture.curves[1]!.points;
  const [first] = picture.guides;
  expect(first!.exponent).toBe(1);
  expect(first!.y).toBeCloseTo(curve[0]!.y, 4);
  for (const guide of picture.guides) expect(guide.path).not.toContain('NaN');
});

test('an explained number that no change moves has no picture', () => {
  const still = { change: measured(() => 0), tensor: measured(() => 0), jacobian: measured(() => 0) };
  expect(
    remainderPicture(sizes, curves(sizes, still as unknown as RemainderResult), { width: 9, height: 9 }),
  ).toBeNull();
});
