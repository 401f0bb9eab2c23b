// Deletion curves of several rankings and the table of their areas, best first. Solid: most relevant first; dashed: least relevant first.

import { useCallback, useMemo, useState } from 'react';
import type { Measure } from '../../analysis/deletion';
import type { AreaRow } from '../../analysis/summary';
import '../views.css';
import './faithfulness.css';
import { NumberTable } from '../shared/NumberTable';
import { formatTick } from '../shared/numbers';
import { useSize } from '../shared/useSize';
import { formatInterval, formatMean } from './intervals';
import { curvesLayout, type Series } from './layout';
import { toTable } from './toTable';

interface DeletionViewProps {
  readonly name: string;
  readonly series: readonly Series[];
  readonly areas: readonly AreaRow[];
  readonly fractions: readonly number[];
  readonly measure: Measure;
  /** Ranking that differences are taken from, by its title; null: one prompt has no differences to judge. */
  readonly reference: string | null;
}

const HEIGHT = 220;
const LEFT = 40;
const BOTTOM = 34;
const TOP = 8;

const axis: Readonly<Record<Measure, string>> = {
  probability: 'probability of the answer',
  relative: 'share of the whole prompt’s probability',
  logProbability: 'log p − log p of the whole prompt',
  agreement: 'first choice unchanged',
};

export function DeletionView({ name, series, areas, fractions, measure, reference }: DeletionViewProps) {
  const [box, size] = useSize<HTMLDivElement>();
  const [strong, setStrong] = useState<string | null>(null);
  const right = Math.round(Math.max(110, Math.min(190, 0.4 * size.width)));
  const width = Math.max(80, Math.min(520, size.width - LEFT - right));
  const layout = useMemo(
    () => curvesLayout(series, fractions, width, HEIGHT, measure !== 'logProbability'),
    [series, fractions, width, measure],
  );
  const table = useCallback(() => toTable(series, fractions), [series, fractions]);
  const sorted = useMemo(() => areas.toSorted((a, b) => rankOf(b.gap.mean) - rankOf(a.gap.mean)), [areas]);
  const colourOf = (group: string) => layout.series.find((one) => one.group === group)?.colour ?? -1;
  const letters = Math.floor((right - 14) / 5.6);
  const many = reference !== null;
  return (
    <section className="view view-deletion" aria-label={name}>
      <div ref={box}>
        <svg
          role="img"
          aria-label={`${name}: ${axis[measure]} by the share of tokens masked, ${series.length} rankings; the table below has the areas`}
          width={LEFT + width + right}
          height={TOP + HEIGHT + BOTTOM}
        >
          <g transform={`translate(${LEFT} ${TOP})`}>
            {layout.y.map(({ value, at }) => (
              <g key={value}>
                <path className="view-gridline" d={`M0 ${at}H${width}`} />
                <text x={-6} y={at} dy="0.34em" textAnchor="end">
                  {formatTick(value)}
                </text>
              </g>
            ))}
            {layout.x.map(({ value, at }) => (
              <text key={value} x={at} y={HEIGHT + 14} textAnchor="middle">
                {Math.round(value * 100)}
              </text>
            ))}
            <text x={0} y={HEIGHT + 30}>
              % of the tokens masked
            </text>
            {layout.series.map((one) => (
              <g
                key={one.group}
                className={`view-series view-series-${one.colour < 0 ? 'control' : one.colour}`}
                data-strong={strong === one.group}
                data-faint={strong !== null && strong !== one.group}
              >
                {one.band !== '' && <path className="view-band" d={one.band} />}
                <path className="view-least" d={one.lerf} />
                <path className="view-most" d={one.morf} />
                <path className="view-leader" d={`M${width + 1} ${one.label.from}L${width + 9} ${one.label.y}`} />
                <text
                  x={width + 12}
                  y={one.label.y}
                  dy="0.34em"
                  onPointerEnter={() => setStrong(one.group)}
                  onPointerLeave={() => setStrong(null)}
                >
                  {shortened(one, letters)}
                </text>
              </g>
            ))}
          </g>
        </svg>
      </div>
      <p className="view-note">
        {axis[measure]}. Solid: most relevant masked first (MoRF), labelled; dashed: least relevant first (LeRF).
        {many && ' Bands: 95 % of the bootstrap, of MoRF.'}
      </p>
      <div className="view-scroll">
        <table className="view-areas" aria-label={`${name}: areas`}>
          <thead>
            <tr>
              <th scope="col">ranking</th>
              <th scope="col">MoRF</th>
              <th scope="col">LeRF</th>
              <th scope="col">LeRF − MoRF</th>
              {many && <th scope="col">less {reference}’s</th>}
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ group, title, control, morf, lerf, gap, against }) => (
              <tr key={group} onPointerEnter={() => setStrong(group)} onPointerLeave={() => setStrong(null)}>
                <th scope="row" className={control ? 'view-control' : ''}>
                  <span
                    className={`view-swatch view-series-${colourOf(group) < 0 ? 'control' : colourOf(group)}`}
                    aria-hidden="true"
                  />
                  {title}
                </th>
                <td>{formatMean(morf.mean)}</td>
                <td>{formatMean(lerf.mean)}</td>
                <td>
                  {formatMean(gap.mean, true)} <span className="view-note">{formatInterval(gap, true)}</span>
                </td>
                {many && (
                  <td>
                    {against !== null && (
                      <>
                        {formatMean(against.mean, true)}{' '}
                        <span className="view-note">{formatInterval(against, true)}</span>
                      </>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <NumberTable name={`${name}, curves`} table={table} />
    </section>
  );
}

/** What is not finite stands last. */
const rankOf = (value: number) => (Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY);

/** What a control is stands in the table; here its name does. */
function shortened({ title, control }: Pick<Series, 'title' | 'control'>, letters: number): string {
  const name = control ? title.replace(/ \(.*/, '') : title;
  return name.length <= letters ? name : `${name.slice(0, Math.max(1, letters - 1))}…`;
}
