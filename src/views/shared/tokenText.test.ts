import { describe, expect, test } from 'vitest';
import { columnsOf, niceStep, spoken, thin, truncate } from './tokenText';

describe('labels', () => {
  test('spoken names the token and its index, or the bare index', () => {
    expect(spoken({ index: 2, text: 'mary' })).toBe('mary (2)');
    expect(spoken({ index: 7, text: '' })).toBe('7');
  });

  test('truncate shortens with an ellipsis and never cuts a code point', () => {
    expect(truncate('mary', 4)).toBe('mary');
    expect(truncate('internationalisation', 6)).toBe('inter…');
    expect(truncate('🙂🙂🙂', 2)).toBe('🙂…');
  });

  test('columnsOf counts wide characters twice', () => {
    expect(columnsOf('ab')).toBe(2);
    expect(columnsOf('東京')).toBe(4);
  });

  test('niceStep rounds up to 1, 2, 5 times a power of ten', () => {
    expect([1, 2, 3, 6, 11, 21].map(niceStep)).toEqual([1, 2, 5, 10, 20, 50]);
  });

  test('thin writes every label when there is room', () => {
    expect(thin(4, 20, 12)).toEqual([0, 1, 2, 3]);
  });

  test('thin leaves at least the gap between any two labels', () => {
    const chosen = thin(100, 3, 12, [33, 34, 99]);
    for (let i = 1; i < chosen.length; i++) expect((chosen[i]! - chosen[i - 1]!) * 3).toBeGreaterThanOrEqual(12);
    expect(chosen).toContain(33);
    expect(chosen).toContain(99);
    expect(chosen).not.toContain(34);
  });

  test('thin steps on round numbers when the axis begins elsewhere', () => {
    expect(thin(12, 4, 12, [], 7)).toEqual([3, 8]);
  });

  test('thin ignores kept labels that do not exist', () => {
    expect(thin(2, 20, 12, [-1, 9])).toEqual([0, 1]);
  });
});
