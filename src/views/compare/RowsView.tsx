// Two rows side by side: what every input adds on the left, on the right, and the difference, on one scale.

import { useCallback } from 'react';
import '../views.css';
import '../row/row.css';
import './compare.css';
import { scaleLinear } from 'd3';
import type { RowResult, Token } from '../../engine/protocol';
import type { Aligned } from '../../state/align';
import { Choice } from '../shared/Choice';
import { NumberTable } from '../shared/NumberTable';
import { formatSigned } from '../shared/numbers';
import { type Beside, besideEachOther } from './aligned';
import { toTable } from './toTable';

interface Side {
  readonly row: RowResult;
  readonly tokens: readonly Token[];
}

export interface RowsViewProps {
  readonly left: Side;
  readonly right: Side;
  readonly pairs: readonly Aligned[];
  /** What the sides are called; left and right unless given. */
  readonly names?: readonly [left: string, right: string];
  /** What no input brings. */
  readonly bias?: string;
  readonly order: 'ranked' | 'reading';
  readonly onOrder: (order: 'ranked' | 'reading') => void;
}

const ORDERS = [
  { value: 'ranked', text: 'by difference' },
  { value: 'reading', text: 'as read' },
] as const;

export function RowsView(props: RowsViewProps) {
  const { left, right, pairs, order, onOrder, names = ['left', 'right'] } = props;
  const read = besideEachOther(pairs, left.row.contributions, right.row.contributions);
  const lines = order === 'reading' ? read : [...read].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const shown = lines.filter(({ leftValue, rightValue }) => leftValue || rightValue);
  const bias: Beside = {
    left: null,
    right: null,
    leftValue: left.row.bias,
    rightValue: right.row.bias,
    difference: right.row.bias - left.row.bias,
  };
  const total: Beside = {
    ...bias,
    leftValue: left.row.total,
    rightValue: right.row.total,
    difference: right.row.total - left.row.total,
  };
  const values = [...shown, bias].flatMap((line) => [line.leftValue ?? 0, line.rightValue ?? 0, line.difference]);
  const scale = scaleLinear([Math.min(0, ...values), Math.max(0, ...values)], [0, 100]);
  const table = useCallback(() => toTable(read, left.tokens, right.tokens), [read, left.tokens, right.tokens]);

  const bar = (value: number | null) => (
    <>
      <span className="view-track" aria-hidden="true">
        {value !== null && (
          <span
            className={value < 0 ? 'view-bar view-bar-neg' : 'view-bar'}
            style={{
              left: `${scale(Math.min(0, value))}%`,
              width: `${scale(Math.max(0, value)) - scale(Math.min(0, value))}%`,
            }}
          />
        )}
        <span className="view-zero" style={{ left: `${scale(0)}%` }} />
      </span>
      <span className="view-value">{value === null ? '–' : formatSigned(value)}</span>
    </>
  );
  const cell = (value: number | null) => (
    <td>
      <span className="compare-cell">{bar(value)}</span>
    </td>
  );
  const line = (name: React.ReactNode, { leftValue, rightValue, difference }: Beside, key: string, kind = '') => (
    <tr key={key} className={kind}>
      <th scope="row">
        <span className="view-name">{name}</span>
      </th>
      {cell(leftValue)}
      {cell(rightValue)}
      {cell(difference)}
    </tr>
  );
  return (
    <section className="view view-rows" aria-label="Rows side by side">
      <div className="view-head">
        <h3>What every input adds</h3>
        <Choice name="Order" options={ORDERS} value={order} onChange={onOrder} />
      </div>
      <table className="compare-rows" aria-label="Rows side by side">
        <thead>
          <tr>
            <th scope="col">input</th>
            <th scope="col" title={left.row.explains}>
              {names[0]}: {left.row.explains}
            </th>
            <th scope="col" title={right.row.explains}>
              {names[1]}: {right.row.explains}
            </th>
            <th scope="col">
              {names[1]} − {names[0]}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((each) => line(nameOf(each, left.tokens, right.tokens), each, `${each.left} ${each.right}`))}
          {line(props.bias ?? 'bias', bias, 'bias', 'compare-bias')}
          {line(<b>total</b>, total, 'total', 'compare-total')}
        </tbody>
      </table>
      <NumberTable name="Rows side by side" table={table} />
    </section>
  );
}

function nameOf({ left, right }: Beside, leftTokens: readonly Token[], rightTokens: readonly Token[]) {
  const pieces = [left === null ? null : leftTokens[left]!.piece, right === null ? null : rightTokens[right]!.piece];
  const [a, b] = pieces;
  const text = a === null ? `+ ${b}` : b === null ? `− ${a}` : a === b ? a : `${a} → ${b}`;
  return (
    <>
      <span className="view-token">{text}</span>
      <span className="view-index">{left ?? right}</span>
    </>
  );
}
