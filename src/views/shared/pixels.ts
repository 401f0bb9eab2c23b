// Numbers to pixels: one pixel a cell, or one pixel a block of cells where the screen has fewer pixels than the picture has cells. The
// browser then enlarges the pixels without smoothing. Pure: gives bytes, touches no canvas.

import type { Ramp } from './colourScale';

/**
 * A grid of numbers inside a larger array; a slice's D×D pictures are strided views of one buffer. Read row by row, because a call for every
 * cell is too slow for 16 pictures of 576×576. NaN marks an impossible cell.
 */
export interface Field {
  readonly rows: number;
  readonly cols: number;
  readonly readRow: (row: number, into: Float32Array) => void;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint32Array;
}

/** How a block of cells becomes one pixel. 'mean' keeps sums true; 'largest' (the entry of largest size, with its sign) keeps outliers. */
export type Pooling = 'mean' | 'largest';

/** Cells a side of the blocks needed so that `cells` fit into `pixels`. */
export function blockSize(cells: number, pixels: number): number {
  return Math.max(1, Math.ceil(cells / Math.max(1, Math.floor(pixels))));
}

/** Cells that share a pixel. */
export interface Block {
  readonly rows: number;
  readonly cols: number;
}

/** NaN entries (impossible cells) are left out of a block; a block of nothing else is NaN. */
export function pool(field: Field, block: Block, pooling: Pooling): Field {
  if (block.rows === 1 && block.cols === 1) return field;
  const cols = Math.ceil(field.cols / block.cols);
  const line = new Float32Array(field.cols);
  const counts = new Uint32Array(cols);
  const readRow = (row: number, into: Float32Array): void => {
    into.fill(0);
    counts.fill(0);
    for (let r = row * block.rows; r < Math.min(field.rows, (row + 1) * block.rows); r++) {
      field.readRow(r, line);
      for (let col = 0, start = 0; col < cols; col++, start += block.cols) {
        const end = Math.min(field.cols, start + block.cols);
        for (let c = start; c < end; c++) {
          const value = line[c]!;
          if (Number.isNaN(value)) continue;
          counts[col]! += 1;
          if (pooling === 'mean') into[col]! += value;
          else if (Math.abs(value) > Math.abs(into[col]!)) into[col] = value;
        }
      }
    }
    for (let col = 0; col < cols; col++) {
      if (counts[col] === 0) into[col] = Number.NaN;
      else if (pooling === 'mean') into[col]! /= counts[col]!;
    }
  };
  return { rows: Math.ceil(field.rows / block.rows), cols, readRow };
}

/** NaN stays transparent, so that the hatching behind the canvas shows. */
export function toPixels(field: Field, ramp: Ramp): Pixels {
  const rgba = new Uint32Array(field.rows * field.cols);
  eachCell(field, (row, col, value) => {
    rgba[row * field.cols + col] = ramp.lut[ramp.index(value)]!;
  });
  return { width: field.cols, height: field.rows, rgba };
}

/** Visits the cells that exist, row by row. */
export function eachCell(field: Field, visit: (row: number, col: number, value: number) => void): void {
  const line = new Float32Array(field.cols);
  for (let row = 0; row < field.rows; row++) {
    field.readRow(row, line);
    for (let col = 0; col < field.cols; col++) if (!Number.isNaN(line[col])) visit(row, col, line[col]!);
  }
}

/** Says what a pixel of a pooled picture means; null when every cell has its own pixel. */
export function poolingNote(block: Block, pooling: Pooling): string | null {
  if (block.rows === 1 && block.cols === 1) return null;
  return `${block.rows}×${block.cols} cells a pixel: ${pooling === 'mean' ? 'their mean' : 'the value of largest size'}`;
}

export function paint(canvas: HTMLCanvasElement, pixels: Pixels): void {
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  const image = new ImageData(pixels.width, pixels.height);
  new Uint32Array(image.data.buffer).set(pixels.rgba);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
