// T_ij as one matrix: its picture, how much of it copies, its singular values and what their directions read and write.

import { useCallback, useMemo, useState } from 'react';
import '../views.css';
import './pair.css';
import type { PairResult, Token } from '../../engine/protocol';
import { ZoomGrid } from '../heatmap/ZoomGrid';
import { ramp as rampOf, rangeOf } from '../shared/colourScale';
import { Legend } from '../shared/Legend';
import { NumberTable } from '../shared/NumberTable';
import { formatNumber, formatSigned } from '../shared/numbers';
import { spoken, tokenLabels } from '../shared/tokenText';
import { usePalette } from '../shared/usePalette';
import { wholeWindow } from '../shared/window';
import { type Operator, TENSOR } from '../view';
import { Directions } from './Directions';
import { Spectrum } from './Spectrum';
import { toTable } from './toTable';

export interface PairViewProps {
  readonly result: PairResult;
  readonly tokens: readonly Token[];
  readonly operator?: Operator;
}

const CHANNELS = { row: 'output d', col: 'input e' } as const;
const OWN = { domain: null, log: false } as const;

export function PairView({ result, tokens, operator = TENSOR }: PairViewProps) {
  const palette = usePalette();
  const { matrix, trace, frobenius, directions } = result;
  const { symbol } = operator;
  const cells = matrix.rows.length;
  const [window, setWindow] = useState(() => wholeWindow(cells));
  const shown = window.row + window.size <= cells && window.col + window.size <= cells ? window : wholeWindow(cells);
  const ramp = useMemo(() => rampOf(matrix, rangeOf(matrix), OWN, palette), [matrix, palette]);
  const labels = useMemo(() => tokenLabels(tokens), [tokens]);
  const table = useCallback(() => toTable(result), [result]);
  const name = `Pair, output ${spoken(labels[result.token])}, input ${spoken(labels[result.source])}`;
  return (
    <section className="view view-pair" aria-label={name}>
      <h3>
        {operator.title !== null && `${operator.title}, `}
        {symbol}_ij: output <span className="view-token">{spoken(labels[result.token])}</span>, input{' '}
        <span className="view-token">{spoken(labels[result.source])}</span>
      </h3>
      <dl className="view-facts">
        <dt>trace</dt>
        <dd>
          <b>{formatSigned(trace)}</b> <span className="view-note">copying: what keeps its channel</span>
        </dd>
        <dt>‖{symbol}_ij‖</dt>
        <dd>
          <b>{formatNumber(frobenius)}</b> <span className="view-note">Frobenius norm: strength of the link</span>
        </dd>
        <dt>trace / √D‖{symbol}‖</dt>
        <dd>
          <b>{formatSigned(frobenius > 0 ? trace / (Math.sqrt(cells) * frobenius) : 0)}</b>{' '}
          <span className="view-note">1 = pure copy, −1 = pure erasure</span>
        </dd>
      </dl>
      <div className="view-part">
        <ZoomGrid name={name} matrix={matrix} axes={CHANNELS} ramp={ramp} window={shown} onWindow={setWindow} />
        <div className="view-caption">
          <Legend ramp={ramp} unit={`${symbol}_ij[d, e]`} />
        </div>
      </div>
      <div className="view-part">
        <Spectrum values={result.singularValues} listed={directions.length} />
      </div>
      {directions.length > 0 && (
        <div className="view-part">
          <h3>Singular directions as tokens</h3>
          <p className="view-note">
            Signs belong together: what lies along “reads” raises “writes”; along “reads −” raises “writes −”.
          </p>
          <Directions directions={directions} frobenius={frobenius} />
        </div>
      )}
      <NumberTable name={name} table={table} />
    </section>
  );
}
