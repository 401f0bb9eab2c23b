// A row as a table, for "Show table" and for CSV: every source, hidden or not, then bias and total. Pure.

import type { RowResult, Token } from '../../engine/protocol';
import type { Table } from '../shared/table';
import { spoken, tokenLabels } from '../shared/tokenText';

export function toTable(result: RowResult, tokens: readonly Token[]): Table {
  const labels = tokenLabels(tokens);
  return {
    header: ['input', result.explains],
    rows: [
      ...[...result.contributions].map((value, source): [string, number] => [spoken(labels[source]), value]),
      ['bias', result.bias],
      ['total', result.total],
    ],
  };
}
