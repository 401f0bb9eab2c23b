// A pair as a table: its singular values with the tokens each direction reads and writes. Pure.

import type { PairResult, ScoredToken } from '../../engine/protocol';
import type { Table } from '../shared/table';

const words = (tokens: readonly ScoredToken[] | undefined): string =>
  (tokens ?? []).map((token) => token.piece).join(' ');

export function toTable(result: PairResult): Table {
  return {
    header: ['direction', 'singular value', 'reads', 'reads (negative)', 'writes', 'writes (negative)'],
    rows: [...result.singularValues].map((value, i) => {
      const direction = result.directions[i];
      return [
        `σ${i + 1}`,
        value,
        words(direction?.reads[0]),
        words(direction?.reads[1]),
        words(direction?.writes[0]),
        words(direction?.writes[1]),
      ];
    }),
  };
}
