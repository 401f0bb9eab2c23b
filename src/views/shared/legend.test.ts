import { describe, expect, test } from 'vitest';
import { ramp } from './colourScale';
import { gradientStops, legendTicks } from './legend';
import { LIGHT } from './palette';

const texts = (low: number, high: number, log: boolean, smallest = low): string[] =>
  legendTicks(ramp({ signed: !log }, { low, high, smallest }, { domain: null, log }, LIGHT)).map((tick) => tick.text);

describe('legend', () => {
  test('a diverging ramp names both ends and 0', () => {
    expect(texts(-2, 1, false)).toEqual(['−2', '0', '2']);
  });

  test('a sequential ramp begins at 0', () => {
    expect(texts(0, 0.5, false)).toEqual(['0', '0.25', '0.5']);
  });

  test('a log ramp names decades and says that its low end takes everything below', () => {
    expect(texts(0.001, 1, true)).toEqual(['≤0.001', '0.01', '0.1', '1']);
  });

  test('ticks never come closer than a fifth of the ramp', () => {
    for (const high of [0.9, 1, 3.3, 45]) {
      const ticks = legendTicks(
        ramp({ signed: false }, { low: 0, high, smallest: 2e-5 }, { domain: null, log: true }, LIGHT),
      );
      for (let i = 1; i < ticks.length; i++) expect(ticks[i]!.at - ticks[i - 1]!.at).toBeGreaterThanOrEqual(0.199);
    }
  });

  test('the gradient of a diverging ramp has the panel in its middle', () => {
    const stops = gradientStops(
      ramp({ signed: true }, { low: -1, high: 1, smallest: 1 }, { domain: null, log: false }, LIGHT),
    );
    expect(stops[8]).toBe(LIGHT.panel);
  });
});
