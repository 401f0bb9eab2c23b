import { describe, expect, test } from 'vitest';
import { rankOf, spectrum } from './layout';

describe('spectrum', () => {
  test('linear bars are proportional', () => {
    const { bars } = spectrum(Float32Array.from([4, 2, 0]), 30, 100, false);
    expect(bars.map((bar) => bar.height)).toEqual([100, 50, 0]);
    expect(bars.map((bar) => bar.x)).toEqual([0, 10, 20]);
  });

  test('log bars fall evenly by the decade, with a tick at each', () => {
    const { bars, ticks } = spectrum(Float32Array.from([100, 10, 1]), 30, 100, true);
    expect(bars.map((bar) => Math.round(bar.height))).toEqual([100, 50, 0]);
    expect(ticks.map((tick) => tick.value)).toEqual([100, 10, 1]);
  });

  test('zeros are counted and never break the log scale', () => {
    const { bars, zeros } = spectrum(Float32Array.from([0, 0]), 30, 100, true);
    expect(zeros).toBe(2);
    expect(bars.every((bar) => bar.height === 0)).toBe(true);
  });
});

describe('rankOf', () => {
  test('counts values until the share of Σσ² is held', () => {
    expect(rankOf(Float32Array.from([3, 1]), 0.9)).toBe(1);
    expect(rankOf(Float32Array.from([3, 1]), 0.95)).toBe(2);
    expect(rankOf(Float32Array.from([0, 0]), 0.9)).toBe(0);
  });
});
