// Agreement with the model by the layer at which the subject is read: one line a decoder.

import { useCallback, useMemo } from 'react';
import type { RelationScores } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { useSize } from '../shared/useSize';
import { sweepHeight, sweepOf } from './layout';
import { decoders, layerWords, percent, rateWords } from './words';

interface SweepProps {
  readonly scores: readonly RelationScores[];
  readonly training: number;
}

export function Sweep({ scores, training }: SweepProps) {
  const [box, { width }] = useSize<HTMLDivElement>();
  const sweep = useMemo(() => sweepOf(scores, training, width), [scores, training, width]);
  const name = `Layer sweep, ${training} training subjects`;
  const { plot } = sweep;
  const table = useCallback(
    () => ({
      header: ['decoder', ...sweep.layers.map(({ layer }) => layerWords(layer))],
      rows: sweep.lines.map(({ decoder, points }) => [
        decoders[decoder].title,
        ...points.map(({ rate }) => rateWords(rate)),
      ]),
    }),
    [sweep],
  );
  return (
    <figure className="relation-sweep" aria-label={name}>
      <div ref={box}>
        <svg width={width} height={sweepHeight} role="img" aria-label={`${name}: the numbers are in the table below`}>
          {sweep.shares.map(({ share, y }) => (
            <g key={share}>
              <path className="view-gridline" d={`M${plot.left} ${y}H${plot.right}`} />
              <text className="view-axis" x={plot.left - 6} y={y + 4} textAnchor="end">
                {percent(share)}
              </text>
            </g>
          ))}
          {sweep.layers.map(({ layer, x }) => (
            <text key={layer} className="view-axis" x={x} y={plot.bottom + 16} textAnchor="middle">
              {layer === 0 ? 'emb.' : layer}
            </text>
          ))}
          <text className="view-axis" x={(plot.left + plot.right) / 2} y={sweepHeight - 4} textAnchor="middle">
            subject read before block
          </text>
          {sweep.lines
            .filter(({ decoder }) => decoder === 'tensor')
            .map(({ decoder, band }) => (
              <path key={decoder} className="relation-band" d={band} />
            ))}
          {sweep.lines.map(({ decoder, path, points, labelY }) => (
            <g key={decoder} className="relation-line" data-decoder={decoder}>
              <path d={path} />
              {points.map(({ layer, rate, x, y }) => (
                <circle key={layer} cx={x} cy={y} r={decoder === 'tensor' ? 4 : 2.5}>
                  <title>
                    {decoders[decoder].title}, {layerWords(layer)}: {rateWords(rate)}
                  </title>
                </circle>
              ))}
              <text x={plot.right + 8} y={labelY + 4}>
                {decoders[decoder].title}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <NumberTable name={name} table={table} />
    </figure>
  );
}
