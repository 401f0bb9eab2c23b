// Deletion curves as a table: a row a ranking and an end, a column a fraction. Pure.

import type { Table } from '../shared/table';
import type { Series } from './layout';

export function toTable(series: readonly Series[], fractions: readonly number[]): Table {
  return {
    header: ['curve', ...fractions.map((fraction) => `${Math.round(fraction * 100)} %`)],
    rows: series.flatMap(({ title, morf, lerf }) => [
      [`${title}, MoRF`, ...morf.map(({ mean }) => mean)],
      [`${title}, LeRF`, ...lerf.map(({ mean }) => mean)],
    ]),
  };
}
