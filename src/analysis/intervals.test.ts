import { expect, test } from 'vitest';
import { randomArray, seededRandom } from '../tensor/random';
import { bootstrapMean, pairedDifference, quantile, wilsonRate } from './intervals';

test('two values: all resamples are known', () => {
  // Means 0, ½, 1 with probabilities ¼, ½, ¼: the middle 95 % reach from 0 to 1.
  expect(bootstrapMean([0, 1], 1)).toEqual({ mean: 0.5, low: 0, high: 1, count: 2 });
});

test('one success in ten: the bootstrap of a rate is binomial', () => {
  // Of Binomial(10, 0.1): P(0) = .349, P(≤ 2) = .930, P(≤ 3) = .987: the 97.5 % quantile is 3 of 10.
  const { low, high } = bootstrapMean([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1);
  expect([low, high]).toEqual([0, expect.closeTo(0.3, 12)]);
});

test('many values: the interval is the mean ± 1.96 standard errors', () => {
  const values = [...randomArray(400, seededRandom(5))]; // uniform in −1 … 1
  const { mean, low, high } = bootstrapMean(values, 2);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const half = 1.96 * Math.sqrt(variance / values.length);
  // 10,000 resamples place a 2.5 % quantile to about 1.5 % of the half width (√(.025 · .975/10⁴)/φ(1.96) standard deviations); 5 % are three of them.
  expect(Math.abs(mean - low - half)).toBeLessThan(0.05 * half);
  expect(Math.abs(high - mean - half)).toBeLessThan(0.05 * half);
});

test('differences are paired: what all prompts share drops out', () => {
  const base = [...randomArray(20, seededRandom(3), 100)];
  const { mean, low, high } = pairedDifference(
    base.map((value) => value + 1),
    base,
    1,
  );
  for (const bound of [mean, low, high]) expect(bound).toBeCloseTo(1, 10);
  expect(() => pairedDifference([1], [1, 2], 1)).toThrow(/1 values cannot be paired with 2/);
});

test('the same seed gives the same interval; no values have none', () => {
  expect(bootstrapMean([1, 2, 4, 8], 7)).toEqual(bootstrapMean([1, 2, 4, 8], 7));
  expect(bootstrapMean([3, 3, 3], 7)).toEqual({ mean: 3, low: 3, high: 3, count: 3 });
  expect(() => bootstrapMean([], 1)).toThrow(/at least one/);
});

test('quantiles lie between neighbours', () => {
  expect(quantile([1, 2, 3, 4, 5], 0.5)).toBe(3);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
});

test('Wilson’s interval, against published values', () => {
  // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [hits, count, low, high] of published) {
    const rate = wilsonRate(hits, count);
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
  }
  expect(wilsonRate(20, 20).high).toBe(1);
});
