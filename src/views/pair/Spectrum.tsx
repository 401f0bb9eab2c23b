// Singular values as bars, linear or log; the values whose directions are listed are set off.

import { useState } from 'react';
import { Choice } from '../shared/Choice';
import { formatNumber, formatTick } from '../shared/numbers';
import { useSize } from '../shared/useSize';
import { rankOf, spectrum } from './layout';

const HEIGHT = 88;
const LEFT = 44;
const SCALES = [
  { value: 'linear', text: 'linear' },
  { value: 'log', text: 'log' },
] as const;

export function Spectrum({ values, listed }: { readonly values: Float32Array; readonly listed: number }) {
  const [box, size] = useSize<HTMLDivElement>();
  const [scale, setScale] = useState<'linear' | 'log'>('linear');
  const width = Math.max(80, Math.min(480, size.width - LEFT - 4));
  const { bars, ticks, zeros } = spectrum(values, width, HEIGHT, scale === 'log');
  const summary = `${values.length} singular values, the largest ${formatNumber(values[0] ?? 0)}; ${rankOf(values, 0.9)} hold 90 % of ‖T‖²`;
  return (
    <div ref={box}>
      <div className="view-head">
        <h3>Singular values</h3>
        <Choice name="Scale" options={SCALES} value={scale} onChange={setScale} />
      </div>
      <svg className="view-spectrum" role="img" aria-label={summary} width={LEFT + width + 4} height={HEIGHT + 24}>
        <g transform={`translate(${LEFT} 6)`}>
          {ticks.map(({ value, y }) => (
            <g key={value}>
              <path className="view-gridline" d={`M0 ${y}H${width}`} />
              <text x={-6} y={y} dy="0.34em" textAnchor="end">
                {formatTick(value)}
              </text>
            </g>
          ))}
          {bars.map((bar, i) => (
            <rect key={bar.x} className={i < listed ? 'view-listed' : ''} {...bar} />
          ))}
          <text x={0} y={HEIGHT + 14}>
            σ1
          </text>
          <text x={width} y={HEIGHT + 14} textAnchor="end">
            σ{values.length}
          </text>
        </g>
      </svg>
      <p className="view-note">
        {summary}.{zeros > 0 && ` ${zeros} are exactly 0.`}
      </p>
    </div>
  );
}
