import { describe, expect, test } from 'vitest';
import { randomArray, seededRandom } from '../../tensor/random';
import { formatCell, formatError, formatExact, formatNumber, formatPercent, formatSigned, formatTick } from './numbers';

describe('numbers', () => {
  test('formatNumber keeps three significant digits and the true minus sign', () => {
    expect([0.42, -1.2345, 12.345, 1234.5, 0].map((v) => formatNumber(v))).toEqual([
      '0.420',
      '−1.23',
      '12.3',
      '1235',
      '0',
    ]);
  });

  test('formatNumber turns scientific for very small and very large values', () => {
    expect(formatNumber(3.14e-7)).toBe('3.1e−7');
    expect(formatNumber(-2.71e9)).toBe('−2.7e9');
  });

  test('formatNumber never writes a negative zero and names what is not finite', () => {
    expect([-0, Number.NaN, Number.NEGATIVE_INFINITY].map((v) => formatNumber(v))).toEqual(['0', 'NaN', '−∞']);
  });

  test('formatSigned marks positive values', () => {
    expect([1, -1, 0].map((v) => formatSigned(v))).toEqual(['+1.00', '−1.00', '0']);
  });

  test('formatTick drops trailing zeros', () => {
    expect([0.5, 10, 100, -2, 1e-5].map(formatTick)).toEqual(['0.5', '10', '100', '−2', '1e−5']);
  });

  test('formatPercent keeps small shares apart from zero', () => {
    expect([0.314, 0.0421, 0.0003, 0.000001, 0, -0.2, 1].map(formatPercent)).toEqual([
      '31 %',
      '4.2 %',
      '0.03 %',
      '<0.01 %',
      '0 %',
      '−20 %',
      '100 %',
    ]);
  });

  test('formatError shows one digit and never hides a value that is not finite', () => {
    expect([3.2e-7, 0, 0.25, Number.NaN].map(formatError)).toEqual(['3e-7', '0', '0.25', 'not finite']);
  });

  test('formatCell is plain ASCII with six digits', () => {
    expect([-0.123456789, 1e-8, 3].map(formatCell)).toEqual(['-0.123457', '1e-8', '3']);
  });

  test('formatExact gives the same float32 again', () => {
    for (const value of randomArray(200, seededRandom(1), 30)) {
      expect(Math.fround(Number(formatExact(value)))).toBe(value);
    }
    expect(formatExact(Math.fround(0.1))).toBe('0.1');
  });
});
