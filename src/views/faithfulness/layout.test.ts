import { describe, expect, test } from 'vitest';
import type { Interval } from '../../analysis/intervals';
import { formatInterval, formatMean } from './intervals';
import { curvesLayout, type Series, spread } from './layout';
import { toTable } from './toTable';

const point = (mean: number, width = 0): Interval => ({ mean, low: mean - width, high: mean + width, count: 3 });
const series = (group: string, morf: Interval[], control = false): Series => ({
  group,
  title: group,
  control,
  morf,
  lerf: morf.map(() => point(1)),
});
const fractions = [0, 0.5, 1];

describe('curves', () => {
  test('run over the whole width, from the top at 1 to the bottom at 0', () => {
    const { series: drawn, y } = curvesLayout(
      [series('a', [point(1), point(0.5), point(0)])],
      fractions,
      200,
      100,
      true,
    );
    expect(drawn[0]!.morf).toBe('M0,0L100,50L200,100');
    expect(drawn[0]!.band).toBe('');
    expect(y[0]).toEqual({ value: 0, at: 100 });
    expect(drawn[0]!.label).toEqual({ y: 100, from: 100 });
  });

  test('log-probabilities hang below zero', () => {
    const { y } = curvesLayout([series('a', [point(0), point(-4), point(-8)])], fractions, 200, 100, false);
    expect(y.at(-1)!.value).toBeLessThanOrEqual(8);
    expect(Math.min(...y.map(({ value }) => value))).toBe(-8);
  });

  test('what is not finite is a gap, and an interval of some width a band', () => {
    const points = [point(1, 0.1), point(Number.NaN), point(0.2, 0.1)];
    const { series: drawn } = curvesLayout([series('a', points)], fractions, 200, 100, true);
    expect(drawn[0]!.morf).not.toMatch(/NaN/);
    expect(drawn[0]!.band).not.toMatch(/NaN/);
    expect(drawn[0]!.band).not.toBe('');
  });

  test('controls take no colour from the maps', () => {
    const all = ['a', 'b', 'c'].map((group, at) => series(group, [point(1), point(1), point(1)], at === 1));
    const { series: drawn } = curvesLayout(all, fractions, 200, 100, true);
    expect(drawn.map(({ colour }) => colour)).toEqual([0, -1, 1]);
  });

  test('labels keep apart and in order, inside where there is room', () => {
    expect(spread([50, 50, 10], 13, 100)).toEqual([50, 63, 10]);
    expect(spread([100, 100], 13, 100)).toEqual([87, 100]);
    const crowded = spread(Array(20).fill(50), 13, 100);
    for (let at = 1; at < 20; at++) expect(crowded[at]! - crowded[at - 1]!).toBeCloseTo(13, 9);
  });

  test('as a table: a row an end, a column a fraction', () => {
    const { header, rows } = toTable([series('a', [point(1), point(0.5), point(0)])], fractions);
    expect(header).toEqual(['curve', '0 %', '50 %', '100 %']);
    expect(rows).toEqual([
      ['a, MoRF', 1, 0.5, 0],
      ['a, LeRF', 1, 1, 1],
    ]);
  });
});

test('means and intervals are written with a true minus, and what is not finite in words', () => {
  expect(formatMean(-0.123)).toBe('−0.12');
  expect(formatMean(-0.001, true)).toBe('0.00');
  expect(formatMean(0.5, true)).toBe('+0.50');
  expect(formatMean(Number.NaN)).toBe('not finite');
  expect(formatInterval({ mean: 0, low: -0.1, high: 0.1, count: 2 }, true)).toBe('[−0.10, +0.10]');
  expect(formatInterval({ mean: 0, low: 0, high: 0, count: 1 })).toBe('');
});
