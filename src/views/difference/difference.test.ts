import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../tensor/matrix';
import { randomArray, seededRandom } from '../../tensor/random';
import { difference } from './difference';

const map = (data: ArrayLike<number>, size: number, more: Partial<Matrix> = {}): Matrix => ({
  data: Float32Array.from(data),
  rows: { name: 'output', length: size },
  cols: { name: 'source', length: size },
  unit: 'logit',
  signed: false,
  causal: false,
  ...more,
});

describe('difference', () => {
  test('subtracts entries and is signed', () => {
    const result = difference(map([1, 2, 3, 4], 2), map([4, 3, 2, 1], 2), 'none');
    expect([...result.data]).toEqual([-3, -1, 1, 3]);
    expect([result.signed, result.unit]).toEqual([true, 'logit']);
  });

  test('row shares make maps of different units comparable', () => {
    const a = map(randomArray(25, seededRandom(3)), 5, { signed: true });
    const scaled = map(
      a.data.map((v) => v * 1000),
      5,
      { signed: true },
    );
    for (const value of difference(a, scaled, 'rows').data) expect(Math.abs(value)).toBeLessThan(1e-6);
  });

  test('a row of shares has Σ|·| = 1, so differences stay within 2', () => {
    const result = difference(map([-3, 1, 0, 0], 2), map([1, 0, 1, 1], 2), 'rows');
    expect([...result.data]).toEqual([-1.75, 0.25, -0.5, -0.5]);
    expect(result.unit).toBe('difference of row shares');
  });

  test('impossible entries do not enter a share', () => {
    const result = difference(map([2, 99, 1, 1], 2, { causal: true }), map([0, 0, 0, 0], 2, { causal: true }), 'rows');
    expect([...result.data]).toEqual([1, 0, 0.5, 0.5]);
    expect(result.causal).toBe(true);
  });

  test('causal only when both are', () => {
    expect(difference(map([1], 1, { causal: true }), map([1], 1), 'none').causal).toBe(false);
  });

  test('different shapes are refused with both shapes', () => {
    expect(() => difference(map([1], 1), map([1, 2, 3, 4], 2), 'none')).toThrow(/\[2, 2\] map from a \[1, 1\]/);
  });
});
