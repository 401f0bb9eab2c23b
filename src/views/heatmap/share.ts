// What hidden columns hold, and what a cell is of its row. Pure.

import { type Matrix, rowOf } from '../../tensor/matrix';
import { formatPercent } from '../shared/numbers';
import { type Label, spoken } from '../shared/tokenText';

/** Σ|value| of a row over the inputs that exist, hidden ones included: a share must not change when a column is hidden. */
export function rowSize(matrix: Matrix, row: number): number {
  const values = rowOf(matrix, row);
  const end = matrix.causal ? row + 1 : values.length;
  let sum = 0;
  for (let col = 0; col < Math.min(end, values.length); col++) sum += Math.abs(values[col]!);
  return sum;
}

/** Share of Σ|value| over the given rows (all when empty) that lies in the hidden columns. */
export function hiddenShare(matrix: Matrix, hidden: ReadonlySet<number>, rows: readonly number[] = []): number {
  let held = 0;
  let whole = 0;
  const all = Array.from({ length: matrix.rows.length }, (_, row) => row);
  // Pins of a longer prompt may outlive it for a moment.
  const given = rows.filter((row) => row < matrix.rows.length);
  for (const row of given.length > 0 ? given : all) {
    whole += rowSize(matrix, row);
    for (const col of hidden) {
      if (col < matrix.cols.length && (!matrix.causal || col <= row)) held += Math.abs(rowOf(matrix, row)[col]!);
    }
  }
  return whole === 0 ? 0 : held / whole;
}

/** "Hidden: <s> (0), 43 % of the pinned row."; null when nothing is hidden. */
export function hiddenNote(
  matrix: Matrix,
  tokens: readonly Label[],
  hidden: ReadonlySet<number>,
  rows: readonly number[],
): string | null {
  const names = [...hidden].map((index) => spoken(tokens[index]));
  if (names.length === 0) return null;
  const which = names.length > 4 ? `${names.length} input tokens` : names.join(', ');
  const of = rows.length === 0 ? 'all' : rows.length === 1 ? 'the pinned row' : 'the pinned rows';
  return `Hidden: ${which}, ${formatPercent(hiddenShare(matrix, hidden, rows))} of ${of}.`;
}
