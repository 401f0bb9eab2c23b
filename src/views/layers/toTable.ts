// Layers as a table: one row a layer, one column a source, then bias and total. Pure.

import type { LayersResult, Token } from '../../engine/protocol';
import { matrixTable, type Table } from '../shared/table';
import { countLabels, tokenLabels } from '../shared/tokenText';

export function toTable(result: LayersResult, tokens: readonly Token[]): Table {
  const table = matrixTable(
    result.matrix,
    countLabels(result.matrix.rows.length),
    tokenLabels(tokens),
    'layer \\ input',
  );
  return {
    header: [...table.header, 'bias', 'total'],
    rows: table.rows.map((row, layer) => [...row, result.bias[layer]!, result.total[layer]!]),
  };
}
