// The linked selection as rectangles over a heatmap: pinned rows, the source column, the crosshair. Pure; the page and exported SVG draw the same.

import type { Label } from '../shared/tokenText';
import type { Cell } from '../view';
import type { GridFrame } from './layout';

export type MarkKind = 'cross' | 'source' | 'row' | 'cell' | 'hover';

export interface Mark {
  readonly kind: MarkKind;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Marked {
  readonly rows: readonly Label[];
  readonly cols: readonly Label[];
  readonly causal: boolean;
  readonly pinned: readonly number[];
  readonly source: number | null;
  readonly hovered: Cell | null;
}

const positionOf = (labels: readonly Label[], index: number): number =>
  labels.findIndex((label) => label.index === index);

/** Cells too small for a frame of full weight. */
export const fine = (frame: GridFrame): boolean => Math.min(frame.cellWidth, frame.cellHeight) < 8;

/** In drawing order, the most important last. Coordinates are the plot's. */
export function marks(frame: GridFrame, marked: Marked): Mark[] {
  const { rows, cols, causal } = marked;
  const { cellWidth: w, cellHeight: h } = frame;
  // Around small cells the frame stands outside, or it would cover what it points at.
  const out = fine(frame) ? 1 : 0;
  const list: Mark[] = [];
  const add = (kind: MarkKind, row: number, col: number, rowSpan: number, colSpan: number): void => {
    if (rowSpan <= 0 || colSpan <= 0) return;
    list.push({
      kind,
      x: col * w - out,
      y: row * h - out,
      width: colSpan * w + 2 * out,
      height: rowSpan * h + 2 * out,
    });
  };
  /** Cells of a row that exist; rows of a column that exist. */
  const across = (row: number): number =>
    causal ? cols.filter((col) => col.index <= rows[row]!.index).length : cols.length;
  const above = (col: number): number => (causal ? rows.filter((row) => row.index < cols[col]!.index).length : 0);

  if (marked.source !== null) {
    const col = positionOf(cols, marked.source);
    if (col >= 0) add('source', above(col), col, rows.length - above(col), 1);
  }
  if (marked.hovered !== null) {
    const row = positionOf(rows, marked.hovered.row);
    const col = positionOf(cols, marked.hovered.col);
    if (row >= 0) add('cross', row, 0, 1, across(row));
    if (col >= 0) add('cross', above(col), col, rows.length - above(col), 1);
  }
  for (const index of marked.pinned) {
    const row = positionOf(rows, index);
    if (row < 0) continue;
    add('row', row, 0, 1, across(row));
    const col = marked.source === null ? -1 : positionOf(cols, marked.source);
    if (col >= 0 && col < across(row)) add('cell', row, col, 1, 1);
  }
  if (marked.hovered !== null) {
    const row = positionOf(rows, marked.hovered.row);
    const col = positionOf(cols, marked.hovered.col);
    if (row >= 0 && col >= 0 && col < across(row)) add('hover', row, col, 1, 1);
  }
  return list;
}

export interface Emphasis {
  /** Positions of labels to write first, and to set off. */
  readonly rows: readonly number[];
  readonly cols: readonly number[];
}

export function emphasis({ rows, cols, pinned, source, hovered }: Marked): Emphasis {
  const found = (labels: readonly Label[], indices: readonly (number | null | undefined)[]): number[] =>
    indices.flatMap((index) => {
      const position = index === null || index === undefined ? -1 : positionOf(labels, index);
      return position < 0 ? [] : [position];
    });
  return { rows: found(rows, [hovered?.row, ...pinned]), cols: found(cols, [hovered?.col, source]) };
}
