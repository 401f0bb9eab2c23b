import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completenessError, conservationError, inOutIdentity } from './conservation';
import { readGolden } from './testing/golden';

describe('completeness', () => {
  test('‖ΣZ + B − y‖ / ‖y‖ by hand', () => {
    expect(completenessError([1, 2], [2, 2], [3, 4])).toBe(0);
    expect(completenessError([1, 2], [2, 2], [3, 5])).toBeCloseTo(1 / Math.sqrt(34), 15);
  });

  test('the golden tensor: T • x0 + B is y', () => {
    for (const model of ['gpt2', 'llama'] as const) {
      const golden = readGolden(model);
      const [T, x0, B, y] = ['T', 'x0', 'B', 'y'].map((name) => golden.tensor(name).data);
      const sums = y!.map((_, out) => x0!.reduce((sum, value, at) => sum + T![out * x0!.length + at]! * value, 0));
      expect(completenessError(sums, B!, y!)).toBeLessThan(1e-6); // the golden numbers are rounded to float32
    }
  });

  test('a value that is not finite, or a length that differs, gives Infinity', () => {
    expect(completenessError([Number.NaN, 2], [2, 2], [3, 4])).toBe(Number.POSITIVE_INFINITY);
    expect(completenessError([1, 2], [2, 2], [3, Number.NaN])).toBe(Number.POSITIVE_INFINITY);
    expect(completenessError([1, 2], [2], [3, 4])).toBe(Number.POSITIVE_INFINITY);
    expect(completenessError([1, 2, 3], [1, 2, 3], [3, 4])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('conservation', () => {
  test('by hand: the worst row, relative to the largest total', () => {
    const identity = { bias: Float64Array.of(1, 0), total: Float64Array.of(6, -10) };
    expect(conservationError([2, 3, -4, -6], identity)).toBe(0);
    expect(conservationError([2, 3, -4, -5], identity)).toBeCloseTo(0.1, 15);
  });

  test('in_out: y · B and ‖y‖²', () => {
    const { bias, total } = inOutIdentity([1, 2, 3, 4], [5, 6, 7, 8], 2);
    expect([[...bias], [...total]]).toEqual([
      [17, 53],
      [5, 25],
    ]);
  });

  test('the golden maps conserve', () => {
    for (const model of ['gpt2', 'llama'] as const) {
      const golden = readGolden(model);
      const { D } = golden.json.shape;
      const [y, B] = ['y', 'B'].map((name) => golden.tensor(name).data);
      expect(conservationError(golden.tensor('in_out').data, inOutIdentity(y!, B!, D))).toBeLessThan(1e-6);
      const { raw_logit, U_dot_B } = golden.json.class;
      const identity = { bias: Float64Array.of(U_dot_B), total: Float64Array.of(raw_logit) };
      expect(conservationError(golden.tensor('in_class').data, identity)).toBeLessThan(1e-6);
    }
  });

  test('holds for any linear map, and sees a change of any entry', () => {
    const size = fc.integer({ min: 1, max: 5 });
    const number = fc.integer({ min: -9, max: 9 });
    fc.assert(
      fc.property(size, size, size, fc.infiniteStream(number), (rows, sources, channels, stream) => {
        const take = (count: number) => Array.from({ length: count }, () => stream.next().value as number);
        const z = take(rows * sources * channels); // [row, source, channel], integers: sums are exact
        const B = take(rows * channels);
        const y = B.map((value, k) => {
          const [i, d] = [Math.floor(k / channels), k % channels];
          return Array.from({ length: sources }, (_, j) => z[(i * sources + j) * channels + d]!).reduce(
            (a, b) => a + b,
            value,
          );
        });
        const map = Array.from({ length: rows * sources }, (_, k) => {
          const i = Math.floor(k / sources);
          return Array.from({ length: channels }, (_, d) => y[i * channels + d]! * z[k * channels + d]!).reduce(
            (a, b) => a + b,
            0,
          );
        });
        const identity = inOutIdentity(y, B, channels);
        expect(conservationError(map, identity)).toBe(0);
        map[map.length - 1]! += 1;
        expect(conservationError(map, identity)).toBeGreaterThan(0);
      }),
    );
  });

  test('a value that is not finite gives Infinity, and so does a sum where nothing should be', () => {
    const identity = { bias: Float64Array.of(0), total: Float64Array.of(2) };
    expect(conservationError([1, Number.NaN], identity)).toBe(Number.POSITIVE_INFINITY);
    expect(conservationError([1, Number.POSITIVE_INFINITY], identity)).toBe(Number.POSITIVE_INFINITY);
    const nothing = { bias: Float64Array.of(0), total: Float64Array.of(0) };
    expect(conservationError([0, 0], nothing)).toBe(0);
    expect(conservationError([0, 1], nothing)).toBe(Number.POSITIVE_INFINITY);
  });
});
