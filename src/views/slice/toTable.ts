// A slice as a table: one row an input token with ‖T_ij‖. The D×L×D numbers themselves are too many for a table; files carry them. Pure.

import type { SliceResult, Token } from '../../engine/protocol';
import type { Table } from '../shared/table';
import { spoken, tokenLabels } from '../shared/tokenText';

export function toTable(result: SliceResult, tokens: readonly Token[], symbol = 'T'): Table {
  const labels = tokenLabels(tokens);
  return {
    header: ['input', `‖${symbol}_ij‖`],
    rows: [...result.norms].map((norm, source) => [spoken(labels[source]), norm]),
  };
}
