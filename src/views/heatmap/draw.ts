// The cells of a heatmap as pixels: one a cell, or one a block of cells where the screen has too few. Pure up to `paint` (shared/pixels).

import type { Matrix } from '../../tensor/matrix';
import { cssColour, type Ramp } from '../shared/colourScale';
import { formatTick } from '../shared/numbers';
import { themeOf } from '../shared/palette';
import {
  type Block,
  blockSize,
  eachCell,
  type Field,
  type Pixels,
  type Pooling,
  pool,
  toPixels,
} from '../shared/pixels';
import type { Label } from '../shared/tokenText';
import type { GridFrame } from './layout';

export const exists = (matrix: Matrix, row: number, col: number): boolean => !matrix.causal || col <= row;

/** The drawn part of a matrix; impossible cells are NaN. */
export function matrixField(matrix: Matrix, rows: readonly Label[], cols: readonly Label[]): Field {
  const { data } = matrix;
  const width = matrix.cols.length;
  return {
    rows: rows.length,
    cols: cols.length,
    readRow: (r, into) => {
      const row = rows[r]!.index;
      for (let c = 0; c < cols.length; c++) {
        const col = cols[c]!.index;
        into[c] = exists(matrix, row, col) ? data[row * width + col]! : Number.NaN;
      }
    },
  };
}

export interface Drawing {
  readonly pixels: Pixels;
  readonly block: Block;
  /** Size of the enlarged pixels in CSS pixels; a little more than the plot when the last block is not full. */
  readonly width: number;
  readonly height: number;
}

export function drawField(
  field: Field,
  ramp: Ramp,
  frame: Pick<GridFrame, 'plotWidth' | 'plotHeight'>,
  dpr: number,
  pooling: Pooling,
): Drawing {
  // A small tolerance: a plot of exactly n device pixels may be 1e-13 short.
  const block = {
    rows: blockSize(field.rows, frame.plotHeight * dpr + 1e-6),
    cols: blockSize(field.cols, frame.plotWidth * dpr + 1e-6),
  };
  const pixels = toPixels(pool(field, block, pooling), ramp);
  return {
    pixels,
    block,
    width: (pixels.width * block.cols * frame.plotWidth) / Math.max(1, field.cols),
    height: (pixels.height * block.rows * frame.plotHeight) / Math.max(1, field.rows),
  };
}

/** A number written in its cell. */
export interface CellText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
}

/** Numbers in the cells, where every cell has room for one; else none. */
export function cellTexts(field: Field, ramp: Ramp, frame: GridFrame): CellText[] {
  const texts: CellText[] = [];
  if (frame.cellWidth < 40 || frame.cellHeight < 16) return texts;
  eachCell(field, (row, col, value) => {
    texts.push({
      x: (col + 0.5) * frame.cellWidth,
      y: (row + 0.5) * frame.cellHeight,
      text: formatTick(value),
      colour: themeOf(cssColour(ramp.lut, ramp.index(value))) === 'dark' ? '#ffffff' : '#16191d',
    });
  });
  return texts;
}
