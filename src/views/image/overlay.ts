// What lies over a picture: one number a token, from the row of a result. Pure.

import type { RowResult, Token } from '../../engine/protocol';
import { type Matrix, rowOf } from '../../tensor/matrix';
import type { Range } from '../shared/colourScale';
import type { Table } from '../shared/table';
import { type PatchGrid, patchName } from './layout';

export interface Overlay {
  /** As the page names it: "Tensor, in+out", "logit circle − mean logit". */
  readonly title: string;
  /** [token] */
  readonly values: Float32Array;
  readonly unit: string;
  readonly signed: boolean;
}

export function rowOverlay(result: RowResult): Overlay {
  return { title: result.explains, values: result.contributions, unit: 'logit', signed: true };
}

/** null: the result belongs to another input. */
export function mapOverlay(title: string, matrix: Matrix, output: number, tokens: number): Overlay | null {
  if (matrix.cols.length !== tokens || output >= matrix.rows.length) return null;
  return { title, values: rowOf(matrix, output), unit: matrix.unit, signed: matrix.signed };
}

/** The range of the patches: a model's own token may hold more than all of them, and would leave the picture blank. */
export function overlayRange({ values }: Overlay, { first }: PatchGrid): Range {
  const patches = [...values.subarray(first)].filter(Number.isFinite);
  return {
    low: Math.min(0, ...patches),
    high: Math.max(0, ...patches),
    smallest: Math.min(Number.POSITIVE_INFINITY, ...patches.filter((value) => value > 0)),
  };
}

/** Σ|·| over all tokens. */
export function sizeOf({ values }: Overlay): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}

/** One line a token. */
export function toTable(overlay: Overlay | null, grid: PatchGrid, tokens: readonly Token[]): Table {
  return {
    header: ['input', overlay?.title ?? 'value'],
    rows: tokens.map((_, at): [string, string | number] => [
      `${patchName(grid, tokens, at)} (${at})`,
      overlay?.values[at] ?? '',
    ]),
  };
}
