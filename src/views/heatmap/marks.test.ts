import { describe, expect, test } from 'vitest';
import { gridFrame } from './layout';
import { emphasis, type Marked, marks } from './marks';

const labels = Array.from({ length: 6 }, (_, index) => ({ index, text: 'w' }));
const marked = (more: Partial<Marked>): Marked => ({
  rows: labels,
  cols: labels,
  causal: true,
  pinned: [],
  source: null,
  hovered: null,
  ...more,
});
const frame = gridFrame({
  rows: labels,
  cols: labels,
  width: 300,
  maxHeight: 900,
  square: true,
  maxCell: 20,
  dpr: 1,
  rowTitle: 'output',
});

describe('marks', () => {
  test('a pinned row spans the cells that exist', () => {
    expect(marks(frame, marked({ pinned: [2] }))).toEqual([{ kind: 'row', x: 0, y: 40, width: 60, height: 20 }]);
    expect(marks(frame, marked({ pinned: [2], causal: false }))[0]!.width).toBe(120);
  });

  test('around small cells the frame stands outside', () => {
    const small = gridFrame({
      rows: labels,
      cols: labels,
      width: 300,
      maxHeight: 900,
      square: true,
      maxCell: 5,
      dpr: 1,
      rowTitle: '',
    });
    const dense = { ...small, cellWidth: 2, cellHeight: 2 };
    expect(marks(dense, marked({ pinned: [2] }))).toEqual([{ kind: 'row', x: -1, y: 3, width: 8, height: 4 }]);
  });

  test('a source column begins at the diagonal of a causal map', () => {
    expect(marks(frame, marked({ source: 4 }))).toEqual([{ kind: 'source', x: 80, y: 80, width: 20, height: 40 }]);
  });

  test('pin and source together mark their cell, unless it is impossible', () => {
    const kinds = (pinned: number[], source: number) => marks(frame, marked({ pinned, source })).map((m) => m.kind);
    expect(kinds([4], 1)).toEqual(['source', 'row', 'cell']);
    expect(kinds([1], 4)).toEqual(['source', 'row']);
  });

  test('the crosshair follows positions when columns are hidden', () => {
    const hover = marks(frame, marked({ cols: labels.slice(2), hovered: { row: 5, col: 3 } })).at(-1)!;
    expect(hover).toEqual({ kind: 'hover', x: 20, y: 100, width: 20, height: 20 });
  });

  test('a hidden source is not marked', () => {
    expect(marks(frame, marked({ cols: labels.slice(1), source: 0 }))).toEqual([]);
  });

  test('emphasis puts the hovered label before the pinned ones', () => {
    expect(emphasis(marked({ pinned: [3, 1], source: 0, hovered: { row: 5, col: 2 } }))).toEqual({
      rows: [5, 3, 1],
      cols: [2, 0],
    });
  });
});
