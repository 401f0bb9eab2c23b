// Behind every sublayer the explained number in parts: through its heads or the FFN, past it, by biases there, by biases later.

import { useCallback, useMemo } from 'react';
import '../views.css';
import './flowGraph.css';
import { sublayerShares } from '../../analysis/flowShares';
import type { FlowGraphResult } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { formatPercent, formatSigned } from '../shared/numbers';
import { useSize } from '../shared/useSize';
import { type Segment, shareBars } from './shareBars';
import { sharesTable, sublayerName } from './toTable';

const names = 11 * 7 + 8;
const figures = 48;

export function SharesView({ result }: { readonly result: FlowGraphResult }) {
  const { graph, explains } = result;
  const [ref, size] = useSize<HTMLDivElement>();
  const shares = useMemo(() => sublayerShares(graph), [graph]);
  const width = Math.max(80, size.width - names - figures);
  const { bars, zero, total } = useMemo(() => shareBars(shares, graph.total, width), [shares, graph.total, width]);
  const table = useCallback(() => sharesTable(shares, graph.heads), [shares, graph.heads]);
  const name = `Shares, ${explains}`;
  const percent = (value: number) => (graph.total === 0 ? '' : formatPercent(value / graph.total));
  return (
    <section className="view view-flow" aria-label={name}>
      <h3>{explains}</h3>
      <p>
        explained number <b>{formatSigned(graph.total)}</b>, in parts behind every sublayer
      </p>
      <div ref={ref}>
        <ul className="view-shares" aria-label="Sublayers">
          {bars.map((segments, at) => {
            const share = shares[at]!;
            const sublayer = sublayerName(share);
            return (
              <li key={sublayer} className="view-shares-line">
                <span>{sublayer}</span>
                <svg
                  width={width + figures}
                  height={20}
                  role="img"
                  aria-label={`${sublayer}: ${segments.map(({ name: part, value }) => `${part} ${formatSigned(value)}`).join(', ')}`}
                >
                  {segments.map((segment) => (
                    <rect
                      key={segment.name}
                      className={classOf(segment)}
                      x={segment.from}
                      y={segment.kind === 'through' ? 3 : 6}
                      width={Math.max(0.5, segment.to - segment.from)}
                      height={segment.kind === 'through' ? 14 : 8}
                    >
                      <title>
                        {segment.name}: {formatSigned(segment.value)}
                      </title>
                    </rect>
                  ))}
                  <path className="view-flow-zero" d={`M${zero} 0v20`} />
                  <path className="view-flow-zero" strokeDasharray="2 2" d={`M${total} 0v20`} />
                  <text x={width + figures} y={10} dy="0.34em" textAnchor="end">
                    {percent(share.through)}
                  </text>
                </svg>
              </li>
            );
          })}
        </ul>
      </div>
      <p className="view-flow-legend view-note">
        <span>
          <i className="view-shares-key view-flow-pos" />
          through heads, FFN: adds
        </span>
        <span>
          <i className="view-shares-key view-flow-neg" />
          takes
        </span>
        <span>
          <Key kind="past" />
          past it
        </span>
        <span>
          <Key kind="bias" />
          biases there
        </span>
        <span>
          <Key kind="later" />
          biases later
        </span>
        <span>┆ the explained number; at the right, the sublayer’s share of it</span>
      </p>
      <NumberTable name={name} table={table} />
    </section>
  );
}

function classOf({ kind, value }: Segment): string {
  if (kind !== 'through') return `view-shares-${kind}`;
  return value < 0 ? 'view-shares-part view-flow-minus' : 'view-shares-part';
}

function Key({ kind }: { kind: Exclude<Segment['kind'], 'through'> }) {
  return (
    <svg className="view-shares-key" aria-hidden="true">
      <rect className={`view-shares-${kind}`} width={10} height={8} />
    </svg>
  );
}
