import { describe, expect, test } from 'vitest';
import { erf, erfc } from './erf';

// mpmath, 40 digits.
const KNOWN: readonly (readonly [x: number, erf: number, erfc: number])[] = [
  [0, 0, 1],
  [0.1, 0.1124629160182849, 0.887537083981715],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [1, 0.8427007929497149, 0.15729920705028513],
  [1.5, 0.9661051464753108, 0.033894853524689274],
  [1.9999, 0.9953201979070294, 0.004679802092970608],
  [2, 0.9953222650189527, 0.004677734981047266],
  [2.5, 0.999593047982555, 0.0004069520174449589],
  [3, 0.9999779095030014, 0.00002209049699858544],
  [4, 0.9999999845827421, 1.541725790028002e-8],
  [5.5, 0.9999999999999927, 7.357847917974398e-15],
];

describe('erf', () => {
  test.each(KNOWN)('erf(±%d) and its complement are exact to 1e-15', (x, value, complement) => {
    expect(Math.abs(erf(x) - value)).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(erf(-x) + value)).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(erfc(x) - complement)).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(erfc(-x) - (1 + value))).toBeLessThanOrEqual(2e-15);
  });

  test('the complement keeps its relative accuracy far out', () => {
    expect(erfc(5.5) / 7.357847917974398e-15 - 1).toBeCloseTo(0, 13);
    expect(erfc(10) / 2.088487583762545e-45 - 1).toBeCloseTo(0, 13);
    expect(erfc(26) / 5.663192408856143e-296 - 1).toBeCloseTo(0, 12);
  });

  test('ends: ±Infinity, and NaN stays NaN', () => {
    expect([erf(Number.POSITIVE_INFINITY), erf(Number.NEGATIVE_INFINITY)]).toEqual([1, -1]);
    expect([erfc(40), erfc(-40)]).toEqual([0, 2]);
    expect(erf(Number.NaN)).toBeNaN();
    expect(erfc(Number.NaN)).toBeNaN();
  });
});
