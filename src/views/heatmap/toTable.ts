// A map as a table, for "Show table" and for CSV. Pure.

import type { Token } from '../../engine/protocol';
import type { Matrix } from '../../tensor/matrix';
import { matrixTable, type Table } from '../shared/table';
import { tokenLabels } from '../shared/tokenText';

/** With a band every column is followed by one of its ±. */
export function toTable(
  matrix: Matrix,
  tokens: readonly Token[],
  hidden: ReadonlySet<number> = new Set(),
  band?: Matrix,
): Table {
  const labels = tokenLabels(tokens);
  const columns = labels.filter((label) => !hidden.has(label.index));
  const values = matrixTable(matrix, labels, columns, 'output \\ input');
  if (band === undefined) return values;
  const bands = matrixTable(band, labels, columns, '');
  const between = <T>(left: readonly T[], right: readonly T[], write: (value: T) => T) => [
    left[0]!,
    ...left.slice(1).flatMap((value, at) => [value, write(right[at + 1]!)]),
  ];
  return {
    header: between(values.header, bands.header, (name) => `± ${name}`),
    rows: values.rows.map((row, at) => between(row, bands.rows[at]!, (value) => value)),
  };
}
