// The part of a square picture that is shown when one zooms in: shared by all pictures of the same channels. Whole cells. Pure.

import type { Label } from './tokenText';

export interface Window {
  readonly row: number;
  readonly col: number;
  readonly size: number;
}

const SMALLEST = 8;

export const wholeWindow = (cells: number): Window => ({ row: 0, col: 0, size: cells });

const clampStart = (start: number, size: number, cells: number): number =>
  Math.max(0, Math.min(cells - size, Math.round(start)));

/** Zooms by `factor` (> 1: closer) about a point given as shares of the window; the cell there stays where it is. */
export function zoomed(window: Window, cells: number, factor: number, across = 0.5, down = 0.5): Window {
  const size = Math.max(Math.min(SMALLEST, cells), Math.min(cells, Math.round(window.size / factor)));
  return {
    row: clampStart(window.row + (window.size - size) * down, size, cells),
    col: clampStart(window.col + (window.size - size) * across, size, cells),
    size,
  };
}

export function panned(window: Window, cells: number, rows: number, cols: number): Window {
  return {
    row: clampStart(window.row + rows, window.size, cells),
    col: clampStart(window.col + cols, window.size, cells),
    size: window.size,
  };
}

/** The window's channels as labels of an axis. */
export function channels(start: number, count: number): Label[] {
  return Array.from({ length: count }, (_, i) => ({ index: start + i, text: '' }));
}
