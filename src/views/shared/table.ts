// The same numbers as a picture, as rows of a table: shown as HTML, copied as TSV, exported as CSV. Pure.

import type { Matrix } from '../../tensor/matrix';
import { formatExact } from './numbers';
import { type Label, spoken } from './tokenText';

export interface Table {
  readonly header: readonly string[];
  /** First entry of a row is its heading, different for every row; "" stands where there is no number. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Impossible entries of a causal matrix are empty, not 0. */
export function matrixTable(matrix: Matrix, rows: readonly Label[], cols: readonly Label[], corner: string): Table {
  const width = matrix.cols.length;
  return {
    header: [corner, ...cols.map(spoken)],
    rows: rows.map((row) => [
      spoken(row),
      ...cols.map((col) => (matrix.causal && col.index > row.index ? '' : matrix.data[row.index * width + col.index]!)),
    ]),
  };
}

/** Tabs and line breaks inside labels would break the columns: they become spaces. */
export function toTsv(table: Table): string {
  const cell = (value: string | number): string =>
    typeof value === 'number' ? formatExact(value) : value.replace(/[\t\r\n]/g, ' ');
  return [table.header, ...table.rows].map((row) => row.map(cell).join('\t')).join('\n');
}
