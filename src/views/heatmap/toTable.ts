// A map as a table, for "Show table" and for CSV. Pure.

import type { Token } from '../../engine/protocol';
import type { Matrix } from '../../tensor/matrix';
import { matrixTable, type Table } from '../shared/table';
import { tokenLabels } from '../shared/tokenText';

export function toTable(matrix: Matrix, tokens: readonly Token[], hidden: ReadonlySet<number> = new Set()): Table {
  const labels = tokenLabels(tokens);
  return matrixTable(
    matrix,
    labels,
    labels.filter((label) => !hidden.has(label.index)),
    'output \\ input',
  );
}
