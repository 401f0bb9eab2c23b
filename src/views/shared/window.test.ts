import { describe, expect, test } from 'vitest';
import { channels, panned, wholeWindow, zoomed } from './window';

describe('zoom window', () => {
  test('zooming keeps the point under the pointer', () => {
    expect(zoomed(wholeWindow(96), 96, 2, 0.5, 0)).toEqual({ row: 0, col: 24, size: 48 });
    expect(zoomed(wholeWindow(96), 96, 2, 1, 1)).toEqual({ row: 48, col: 48, size: 48 });
  });

  test('zooming stops at eight cells and at the whole picture', () => {
    expect(zoomed({ row: 40, col: 40, size: 10 }, 96, 4).size).toBe(8);
    expect(zoomed({ row: 40, col: 60, size: 36 }, 96, 0.1)).toEqual(wholeWindow(96));
    expect(zoomed(wholeWindow(5), 5, 2)).toEqual(wholeWindow(5));
  });

  test('panning stops at the edges', () => {
    const window = { row: 10, col: 10, size: 40 };
    expect(panned(window, 96, -20, 200)).toEqual({ row: 0, col: 56, size: 40 });
  });

  test('channels are counted from the start of the window', () => {
    expect(channels(3, 2)).toEqual([
      { index: 3, text: '' },
      { index: 4, text: '' },
    ]);
  });
});
