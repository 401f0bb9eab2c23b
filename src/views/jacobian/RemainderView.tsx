// What an actual change E of the input does to the explained number, and what the rows of T and of J leave unpredicted of it, over |E|.

import { useCallback } from 'react';
import '../views.css';
import './jacobian.css';
import type { RemainderResult } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { formatNumber, formatTick } from '../shared/numbers';
import { useSize } from '../shared/useSize';
import { type CurveName, curves, remainderPicture } from './layout';
import { remainderTable } from './toTable';

const LEFT = 48;
const RIGHT = 96;
const HEIGHT = 200;
const names: Record<CurveName, string> = { change: 'the change', tensor: 'left by T', jacobian: 'left by J' };

export function RemainderView({ result, sizes }: { result: RemainderResult; sizes: readonly number[] }) {
  const [box, size] = useSize<HTMLElement>();
  const width = Math.max(120, Math.min(420, size.width - LEFT - RIGHT));
  const all = curves(sizes, result);
  const picture = remainderPicture(sizes, all, { width, height: HEIGHT });
  const table = useCallback(() => remainderTable(sizes, result), [sizes, result]);
  const exponent = (name: CurveName) => all.find((curve) => curve.name === name)?.exponent ?? null;
  const [ofT, ofJ] = [exponent('tensor'), exponent('jacobian')];
  const directions = result.change.length / sizes.length;
  const summary =
    ofT === null || ofJ === null
      ? 'Too little was measured above rounding to tell how the remainders grow.'
      : `Between 0.3 % and 3 % of the input’s length, what T leaves grows as |E|^${formatNumber(ofT, 2)}, what J leaves as |E|^${formatNumber(ofJ, 2)}.`;
  return (
    <section ref={box} className="view view-remainder" aria-label="Remainder under a change of the input">
      <h3>What they predict of a change E: |F(x + E) − F(x) − row · E|</h3>
      {picture === null ? (
        <p className="view-note">The explained number did not change at any size.</p>
      ) : (
        size.width > 0 && (
          <svg role="img" aria-label={summary} width={LEFT + width + RIGHT} height={HEIGHT + 40}>
            <g transform={`translate(${LEFT} 8)`}>
              {picture.yTicks.map(({ value, y }) => (
                <g key={value}>
                  <path className="view-gridline" d={`M0 ${y}H${width}`} />
                  <text x={-6} y={y} dy="0.34em" textAnchor="end">
                    {formatTick(value)}
                  </text>
                </g>
              ))}
              {picture.xTicks.map(({ value, x }) => (
                <g key={value}>
                  <path className="view-gridline" d={`M${x} 0V${HEIGHT}`} />
                  <text x={x} y={HEIGHT + 14} textAnchor="middle">
                    {formatTick(value)}
                  </text>
                </g>
              ))}
              <text x={width / 2} y={HEIGHT + 28} textAnchor="middle">
                |E| / |x|
              </text>
              {picture.guides.map((guide) => (
                <g key={guide.exponent}>
                  <path className="remainder-guide" d={guide.path} />
                  <text x={guide.x + 10} y={guide.y + 10}>
                    {guide.exponent === 1 ? '~ |E|' : '~ |E|²'}
                  </text>
                </g>
              ))}
              {picture.curves.map((curve) => (
                <g key={curve.name} className={`remainder-${curve.name}`}>
                  <path className="remainder-curve" d={curve.path} />
                  {curve.points.map((point) => (
                    <circle key={point.x} cx={point.x} cy={point.y} r={2.5} />
                  ))}
                  <text className="remainder-name" x={width + 8} y={curve.label} dy="0.34em">
                    {names[curve.name]}
                  </text>
                </g>
              ))}
            </g>
          </svg>
        )
      )}
      <p>{summary}</p>
      <p className="view-note">
        {result.explains}; root mean squares over {directions} random directions, the model run anew at every point.
        Differences below about a millionth of the number are rounding.
      </p>
      <NumberTable name="Remainder under a change of the input" table={table} />
    </section>
  );
}
