import { describe, expect, test } from 'vitest';
import { moveFocus } from './keys';

describe('moveFocus', () => {
  const causal = (row: number): number => row;
  const go = (key: string, row: number, col: number, whole = false) => moveFocus(key, { row, col }, 20, causal, whole);

  test('arrows move by one cell and stop at the edges', () => {
    expect(go('ArrowLeft', 3, 0)).toEqual({ row: 3, col: 0 });
    expect(go('ArrowDown', 3, 2)).toEqual({ row: 4, col: 2 });
    expect(go('ArrowDown', 19, 2)).toEqual({ row: 19, col: 2 });
  });

  test('the impossible triangle is never entered', () => {
    expect(go('ArrowRight', 3, 3)).toEqual({ row: 3, col: 3 });
    expect(go('ArrowUp', 3, 3)).toEqual({ row: 2, col: 2 });
    expect(go('PageUp', 12, 9)).toEqual({ row: 2, col: 2 });
  });

  test('Home and End stay in the row, with Ctrl they span the grid', () => {
    expect(go('End', 5, 1)).toEqual({ row: 5, col: 5 });
    expect(go('Home', 5, 4, true)).toEqual({ row: 0, col: 0 });
    expect(go('End', 5, 1, true)).toEqual({ row: 19, col: 19 });
  });

  test('other keys do not move', () => {
    expect(go('x', 1, 1)).toBeNull();
  });

  test('a row without any drawn cell keeps the first position', () => {
    expect(moveFocus('ArrowUp', { row: 1, col: 0 }, 2, (row) => row - 1, false)).toEqual({ row: 0, col: 0 });
  });
});
