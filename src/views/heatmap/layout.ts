// Geometry of a heatmap with labelled axes: where the plot lies, how large a cell is, which labels are written where. Pure; CSS pixels.
// Positions count what is drawn; a label's `index` is the place in the matrix, which differs when columns are hidden.

import { columnsOf, type Label, thin, truncate } from '../shared/tokenText';

/** Widths of the 11-px monospace face and of the 10-px index figures. */
export const CHAR = 6.7;
const FIGURE = 6.5;
const TITLE_CHAR = 5.5;
/** Between a token and its index. */
export const INDEX_GAP = 8;
const LABEL_GAP = 12;
const MARKER = 10;
const MIN_PLOT = 120;
const MOST_CHARS = 10;
const SLANT = Math.SQRT1_2;

export interface GridSpec {
  readonly rows: readonly Label[];
  readonly cols: readonly Label[];
  readonly width: number;
  /** Limit for the plot's height. */
  readonly maxHeight: number;
  /** Square cells, or cells that fill the width. */
  readonly square: boolean;
  /** Largest side of a cell. */
  readonly maxCell: number;
  readonly dpr: number;
  /** Title of the rows, which the gutter has to hold. */
  readonly rowTitle: string;
}

export interface GridFrame {
  readonly left: number;
  readonly top: number;
  readonly plotWidth: number;
  readonly plotHeight: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
  /** How column labels stand: flat numbers, slanted by 45°, or upright. */
  readonly stance: 'flat' | 'slanted' | 'upright';
  readonly rowChars: number;
  readonly colChars: number;
}

export interface AxisText {
  readonly position: number;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly index: string;
}

const longest = (labels: readonly Label[]): number =>
  labels.reduce((most, { text }) => Math.max(most, columnsOf(text)), 0);
const figures = (labels: readonly Label[]): number => String(labels.at(-1)?.index ?? 0).length;

/** Whole device pixels a cell, unless that would waste more than a sixth of the room; then the plot as a whole is snapped. */
function snap(cell: number, dpr: number): number {
  return cell * dpr >= 6 ? Math.floor(cell * dpr) / dpr : cell;
}

export function gridFrame(spec: GridSpec): GridFrame {
  const { rows, cols, square, dpr } = spec;
  const rowText = longest(rows);
  const rowRoom = Math.max(4, Math.floor((spec.width * 0.3 - indexWidth(rows) - MARKER - 10) / CHAR));
  const rowChars = Math.min(rowText, rowRoom, MOST_CHARS + 4);
  const titleWidth = (spec.rowTitle.length + 3) * TITLE_CHAR;
  const left = Math.ceil(
    Math.max(titleWidth, MARKER + (rowChars === 0 ? 0 : rowChars * CHAR + INDEX_GAP) + indexWidth(rows)) + 6,
  );
  const top = 18;

  const room = Math.max(MIN_PLOT, spec.width - left - 4);
  // A few tokens still make a picture of at least MIN_PLOT.
  const cap = Math.max(spec.maxCell, square ? MIN_PLOT / Math.max(1, Math.max(rows.length, cols.length)) : 0);
  const tall = Math.max(MIN_PLOT, spec.maxHeight) / Math.max(1, rows.length);
  const wide = room / Math.max(1, cols.length);
  const side = Math.min(wide, tall, cap);
  const cellWidth = snap(square ? side : wide, dpr);
  const cellHeight = snap(square ? side : Math.min(tall, cap), dpr);
  const plotWidth = Math.round(cellWidth * cols.length * dpr) / dpr;
  const plotHeight = Math.round(cellHeight * rows.length * dpr) / dpr;

  const colText = Math.min(longest(cols), MOST_CHARS);
  const indexChars = figures(cols) + 1;
  // Slanted labels lean to the left, under the row labels: the first one may not leave the picture, or all stand upright.
  const lean = Math.floor((left + cellWidth / 2 - 4) / (CHAR * SLANT)) - indexChars;
  const stance = colText === 0 ? 'flat' : cellWidth >= 17 && lean >= colText ? 'slanted' : 'upright';
  const colChars = colText;
  const length = (colChars + indexChars) * CHAR;
  const band = stance === 'flat' ? 18 : stance === 'slanted' ? length * SLANT + 14 : length + 8;
  return {
    left,
    top,
    plotWidth,
    plotHeight,
    cellWidth: plotWidth / Math.max(1, cols.length),
    cellHeight: plotHeight / Math.max(1, rows.length),
    width: left + plotWidth + 4,
    height: Math.ceil(top + plotHeight + band),
    stance,
    rowChars,
    colChars,
  };
}

/** Labels of rows; `kept` positions are written even when others have to go. */
export function rowTexts(frame: GridFrame, rows: readonly Label[], kept: readonly number[]): AxisText[] {
  return thin(rows.length, frame.cellHeight, LABEL_GAP, kept, rows[0]?.index).map((position) => ({
    position,
    x: frame.left - 6,
    y: frame.top + (position + 0.5) * frame.cellHeight,
    text: truncate(rows[position]!.text, frame.rowChars),
    index: String(rows[position]!.index),
  }));
}

/** Labels of columns, under the plot: below a decoder's last row, where every column has a cell. */
export function colTexts(frame: GridFrame, cols: readonly Label[], kept: readonly number[]): AxisText[] {
  const gap = frame.stance === 'flat' ? 28 : frame.stance === 'slanted' ? LABEL_GAP / SLANT : LABEL_GAP;
  return thin(cols.length, frame.cellWidth, gap, kept, cols[0]?.index).map((position) => ({
    position,
    x: frame.left + (position + 0.5) * frame.cellWidth,
    y: frame.top + frame.plotHeight + (frame.stance === 'flat' ? 13 : 8),
    text: truncate(cols[position]!.text, frame.colChars),
    index: String(cols[position]!.index),
  }));
}

/** Rotation of column labels in degrees; they end at their cell. */
export const COLUMN_ANGLE = { flat: 0, slanted: -45, upright: -90 } as const;

/** The drawn position under a point of the plot; null outside. */
export function positionAt(frame: GridFrame, x: number, y: number): { row: number; col: number } | null {
  if (x < 0 || y < 0 || x >= frame.plotWidth || y >= frame.plotHeight) return null;
  return { row: Math.floor(y / frame.cellHeight), col: Math.floor(x / frame.cellWidth) };
}

/** Width of the index figures beside row labels. */
export const indexWidth = (labels: readonly Label[]): number => figures(labels) * FIGURE;

/** Left end of the arrow that marks a pinned row, just before its label. */
export function markerX(frame: GridFrame, rows: readonly Label[], position: number): number {
  const chars = Math.min(columnsOf(rows[position]?.text ?? ''), frame.rowChars);
  const label = indexWidth(rows) + (chars === 0 ? 0 : chars * CHAR + INDEX_GAP);
  return Math.max(1, frame.left - 6 - label - MARKER);
}
