// Sizes of T_ij, J_ij and their difference, source by source on one scale, and how far each operator is from accounting for the output.

import { useCallback } from 'react';
import '../views.css';
import '../row/row.css';
import '../compare/compare.css';
import './jacobian.css';
import type { BesideResult, Token } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { formatError, formatNumber, formatPercent } from '../shared/numbers';
import { normLines } from './layout';
import { normsTable } from './toTable';

interface NormsViewProps {
  readonly result: BesideResult;
  readonly tokens: readonly Token[];
  readonly hiddenSources: ReadonlySet<number>;
  readonly source: number | null;
  readonly onPick: (source: number | null) => void;
}

const kinds = ['tensor', 'jacobian', 'difference'] as const;
const heads = ['‖T_ij‖', '‖J_ij‖', '‖J − T‖'] as const;
/** As elsewhere on the page: above it nothing is claimed to add up. */
const exact = 1e-4;

export function NormsView({ result, tokens, hiddenSources, source, onPick }: NormsViewProps) {
  const lines = normLines(result, hiddenSources);
  const table = useCallback(() => normsTable(result, tokens), [result, tokens]);
  const { completeness } = result;
  const adds = completeness.tensor <= exact;
  return (
    <section className="view view-norms" aria-label="Norms of T and J">
      <h3>How large they are</h3>
      <p>
        T {adds ? 'adds up' : 'does not add up here'}: its parts and the biases miss the output by{' '}
        <b className={adds ? 'view-right' : 'view-wrong'}>{formatError(completeness.tensor)}</b> of its length. J{' '}
        {completeness.jacobian > exact ? 'does not: it misses by ' : 'adds up as well: it misses by '}
        <b>
          {completeness.jacobian < 0.01 ? formatError(completeness.jacobian) : formatPercent(completeness.jacobian)}
        </b>
        .
      </p>
      <table className="compare-rows" aria-label="Norms of T and J">
        <thead>
          <tr>
            <th scope="col">input</th>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ source: at, values, lengths }) => (
            <tr key={at} className={at === source ? 'norms-picked' : ''} onClick={() => onPick(at)}>
              <th scope="row">
                <span className="view-name">
                  <span className="view-token">{tokens[at]?.piece}</span>
                  <span className="view-index">{at}</span>
                </span>
              </th>
              {kinds.map((kind, k) => (
                <td key={kind}>
                  <span className="compare-cell">
                    <span className="view-track" aria-hidden="true">
                      {lengths === null ? (
                        <span className="view-note">hidden</span>
                      ) : (
                        <span
                          className={`view-bar norms-${kind}`}
                          style={{ left: 0, width: `${lengths[k]! * 100}%` }}
                        />
                      )}
                    </span>
                    <span className="view-value">{formatNumber(values[k]!)}</span>
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <NumberTable name="Norms of T and J" table={table} />
    </section>
  );
}
