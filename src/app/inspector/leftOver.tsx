// What a row of another operator than T leaves over, in place of the bias and the check: nothing here has to add up.

import type { RowResult, Token } from '../../engine/protocol';
import { toTable } from '../../views/row/toTable';
import type { Rest } from '../../views/row/View';
import { formatPercent, formatSigned } from '../../views/shared/numbers';

export function leftOver(row: RowResult, tokens: readonly Token[]): Rest {
  const sum = row.contributions.reduce((all, value) => all + value, 0);
  const share = row.total === 0 ? null : Math.abs(row.bias / row.total);
  return {
    name: 'left over',
    table: () => toTable(row, tokens),
    account: (
      <p className="view-sum">
        Σ sources {formatSigned(sum)} of {formatSigned(row.total)}: {formatSigned(row.bias)} left over
        {share !== null && ` (${formatPercent(share)})`}, the bias share.
      </p>
    ),
  };
}
