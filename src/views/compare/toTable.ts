// Two rows side by side as a table: partners in one line.

import type { Token } from '../../engine/protocol';
import type { Table } from '../shared/table';
import type { Beside } from './aligned';

export function toTable(lines: readonly Beside[], left: readonly Token[], right: readonly Token[]): Table {
  return {
    header: ['left', 'left token', 'right', 'right token', 'left value', 'right value', 'right − left'],
    rows: lines.map((line) => [
      line.left ?? '',
      line.left === null ? '' : left[line.left]!.piece,
      line.right ?? '',
      line.right === null ? '' : right[line.right]!.piece,
      line.leftValue ?? '',
      line.rightValue ?? '',
      line.difference,
    ]),
  };
}
