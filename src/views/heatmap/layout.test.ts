import { describe, expect, test } from 'vitest';
import type { Label } from '../shared/tokenText';
import { colTexts, type GridSpec, gridFrame, positionAt, rowTexts } from './layout';

const words = (count: number, text = 'word'): Label[] => Array.from({ length: count }, (_, index) => ({ index, text }));
const spec = (count: number, width: number, more: Partial<GridSpec> = {}): GridSpec => ({
  rows: words(count),
  cols: words(count),
  width,
  maxHeight: 900,
  square: true,
  maxCell: 64,
  dpr: 2,
  rowTitle: 'output',
  ...more,
});

describe('gridFrame', () => {
  test.each([1, 3, 12, 40, 100, 128])(
    '%i tokens: cells are square, at least 120 px in all, inside the width',
    (count) => {
      for (const width of [200, 390, 1200]) {
        const frame = gridFrame(spec(count, width));
        expect(Math.abs(frame.cellWidth - frame.cellHeight)).toBeLessThan(0.51 / count);
        expect(frame.plotWidth).toBeGreaterThanOrEqual(119.5);
        expect(frame.left + frame.plotWidth).toBeLessThanOrEqual(Math.max(width, frame.left + 120));
      }
    },
  );

  test('cells are whole device pixels when they are large', () => {
    const frame = gridFrame(spec(12, 391));
    expect((frame.cellWidth * 2) % 1).toBeCloseTo(0);
  });

  test('the plot is whole device pixels when cells are small', () => {
    const frame = gridFrame(spec(100, 300, { dpr: 1.5 }));
    expect((frame.plotWidth * 1.5) % 1).toBeCloseTo(0);
  });

  test('hidden columns leave the cells square', () => {
    const frame = gridFrame(spec(12, 390, { cols: words(12).slice(1) }));
    expect(frame.plotWidth / 11).toBeCloseTo(frame.plotHeight / 12, 1);
  });

  test('cells that need not be square fill the width and respect the height', () => {
    const frame = gridFrame(spec(96, 500, { cols: words(12), square: false, maxHeight: 200, maxCell: 28 }));
    expect(frame.plotHeight).toBeLessThanOrEqual(200);
    expect(frame.plotWidth).toBeGreaterThan(500 - frame.left - 4 - 12);
  });

  test('counted axes take flat numbers, tokens slanted or upright labels', () => {
    expect(gridFrame(spec(12, 390, { cols: words(12, '') })).stance).toBe('flat');
    expect(gridFrame(spec(12, 390)).stance).toBe('slanted');
    expect(gridFrame(spec(60, 390)).stance).toBe('upright');
  });
});

describe('labels', () => {
  test('every row is labelled when there is room, and thinned when dense', () => {
    const roomy = gridFrame(spec(12, 390));
    expect(rowTexts(roomy, words(12), [])).toHaveLength(12);
    const dense = gridFrame(spec(100, 390));
    const texts = rowTexts(dense, words(100), [57]);
    expect(texts.map((t) => t.position)).toContain(57);
    for (let i = 1; i < texts.length; i++) expect(texts[i]!.y - texts[i - 1]!.y).toBeGreaterThanOrEqual(12);
  });

  test('long pieces are cut with an ellipsis', () => {
    const rows = words(3, 'internationalisation-of-everything');
    const frame = gridFrame(spec(3, 300, { rows, cols: rows }));
    expect(rowTexts(frame, rows, [])[0]!.text).toMatch(/…$/);
    expect(colTexts(frame, rows, [])[0]!.text.length).toBeLessThanOrEqual(12);
  });

  test('the first slanted label does not leave the picture', () => {
    const cols = words(12, 'wwwwwwwwwwww');
    const frame = gridFrame(spec(12, 390, { rows: words(12, 'wwwww'), cols }));
    expect(frame.stance).toBe('slanted');
    const first = colTexts(frame, cols, [])[0]!;
    const length = (first.text.length + 1 + 2) * 6.7 * Math.SQRT1_2;
    expect(first.x - length).toBeGreaterThanOrEqual(-2);
  });

  test('labels stand upright where slanted ones would not fit under the row labels', () => {
    const frame = gridFrame(spec(12, 390, { rows: words(12, ''), cols: words(12, 'wwwwwwww'), rowTitle: '' }));
    expect(frame.stance).toBe('upright');
  });

  test('the title of the rows fits over their labels', () => {
    const frame = gridFrame(spec(12, 390, { rows: words(12, ''), rowTitle: 'layer of blocks' }));
    expect(frame.left).toBeGreaterThan(15 * 5.5);
  });

  test('labels keep the index in the matrix when columns are hidden', () => {
    const cols = words(12).slice(1);
    expect(colTexts(gridFrame(spec(12, 390, { cols })), cols, [])[0]!.index).toBe('1');
  });
});

test('positionAt finds the cell under a point and nothing outside', () => {
  const frame = gridFrame(spec(12, 390));
  expect(positionAt(frame, frame.cellWidth * 2.5, frame.cellHeight * 0.5)).toEqual({ row: 0, col: 2 });
  expect(positionAt(frame, -1, 5)).toBeNull();
  expect(positionAt(frame, frame.plotWidth, 5)).toBeNull();
});
