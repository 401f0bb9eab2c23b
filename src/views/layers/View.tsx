// How a row builds up, block by block: a heatmap of layer × source, totals and bias at its side, and a scrubber for the layer.

import { useCallback, useMemo, useState } from 'react';
import '../views.css';
import './layers.css';
import type { LayersResult, Token } from '../../engine/protocol';
import { Grid } from '../heatmap/Grid';
import type { GridFrame } from '../heatmap/layout';
import { ramp as rampOf, rangeOf } from '../shared/colourScale';
import { Legend } from '../shared/Legend';
import { NumberTable } from '../shared/NumberTable';
import { formatPercent, formatSigned } from '../shared/numbers';
import { countLabels, spoken, tokenLabels } from '../shared/tokenText';
import { usePalette } from '../shared/usePalette';
import type { Cell, ColourScale, Selection } from '../view';
import { blocksOf, layerBars } from './layout';
import { toTable } from './toTable';

export interface LayersViewProps {
  readonly result: LayersResult;
  readonly tokens: readonly Token[];
  readonly hiddenSources: ReadonlySet<number>;
  readonly scale: ColourScale;
  readonly selection: Selection;
  /** `from`: row l covers blocks [l, N). `upTo`: blocks [0, l). */
  readonly kind: 'from' | 'upTo';
  readonly blocks: number;
  readonly layer: number;
  readonly onLayer: (layer: number) => void;
  /** Output token of the target: hovering a source here is hovering its cell in that row of the maps. */
  readonly token: number;
  readonly onHover: (cell: Cell | null) => void;
  readonly onPick: (source: number | null) => void;
}

const ASIDE = 104;
const TRACK = 88;

export function LayersView(props: LayersViewProps) {
  const { result, tokens, hiddenSources, selection, kind, blocks } = props;
  const { matrix } = result;
  const palette = usePalette();
  const rows = useMemo(() => countLabels(matrix.rows.length), [matrix.rows.length]);
  const sources = useMemo(() => tokenLabels(tokens), [tokens]);
  const cols = useMemo(() => sources.filter((label) => !hiddenSources.has(label.index)), [sources, hiddenSources]);
  const ramp = useMemo(
    () => rampOf(matrix, rangeOf(matrix, hiddenSources), props.scale, palette),
    [matrix, hiddenSources, props.scale, palette],
  );
  const { bars, zero } = useMemo(() => layerBars(result, TRACK), [result]);
  const layer = Math.max(0, Math.min(rows.length - 1, props.layer));
  const table = useCallback(() => toTable(result, tokens), [result, tokens]);
  const bar = bars[layer];
  const name = `Layers, ${result.explains}`;
  const [pointed, setPointed] = useState<Cell | null>(null);
  const linked = selection.hovered?.col ?? null;

  const aside = (frame: GridFrame) => {
    const thick = Math.max(1, Math.min(12, frame.cellHeight - 2));
    return (
      <svg
        className="view-aside"
        aria-hidden="true"
        width={ASIDE}
        height={frame.height}
        style={{ left: frame.left + frame.plotWidth + 12 }}
      >
        <text className="view-axis" x={zero} y={11} textAnchor={zero > TRACK / 2 ? 'end' : 'start'}>
          total, bias
        </text>
        {bars.map(({ layer: row, total, totalFrom, totalTo, biasFrom, biasTo }) => {
          const y = frame.top + (row + 0.5) * frame.cellHeight;
          return (
            <g key={row} className={row === layer ? 'view-strong' : ''}>
              <rect
                className={total < 0 ? 'view-total view-total-neg' : 'view-total'}
                x={totalFrom}
                y={y - thick / 2}
                width={totalTo - totalFrom}
                height={thick}
              />
              <rect
                className="view-bias-bar"
                x={biasFrom}
                y={y - thick / 6}
                width={biasTo - biasFrom}
                height={Math.max(1, thick / 3)}
              />
            </g>
          );
        })}
        <path className="view-zero-line" d={`M${zero} ${frame.top}v${frame.plotHeight}`} />
      </svg>
    );
  };
  return (
    <section className="view view-layers" aria-label={name}>
      <h3>{result.explains}</h3>
      <Grid
        name={name}
        matrix={matrix}
        rows={rows}
        cols={cols}
        axes={{ row: 'layer', col: 'input' }}
        ramp={ramp}
        pooling="mean"
        square={false}
        maxCell={24}
        maxTall={0.6}
        aside={aside}
        asideWidth={ASIDE}
        pinned={[layer]}
        source={selection.source}
        hovered={pointed ?? (linked === null ? null : { row: layer, col: linked })}
        explain={(cell) => [
          kind === 'from'
            ? `pulled through ${blocksOf(kind, cell.row, blocks)}`
            : `after ${blocksOf(kind, cell.row, blocks)}`,
        ]}
        onHover={(cell) => {
          setPointed(cell);
          props.onHover(cell === null ? null : { row: props.token, col: cell.col });
        }}
        onEnter={(cell) => {
          props.onLayer(cell.row);
          props.onPick(cell.col);
        }}
        onRelease={() => props.onPick(null)}
      />
      <label className="view-scrub">
        Layer
        <input
          type="range"
          min={0}
          max={rows.length - 1}
          step={1}
          value={layer}
          aria-valuetext={`${layer}: ${blocksOf(kind, layer, blocks)}`}
          onChange={(event) => props.onLayer(Number(event.target.value))}
        />
        <output>
          {layer}: {blocksOf(kind, layer, blocks)}
        </output>
      </label>
      {bar !== undefined && (
        <p>
          total <b>{formatSigned(bar.total)}</b>, bias {formatSigned(bar.bias)}{' '}
          <span className="view-note">({formatPercent(bar.biasShare)} of Σ|·| with the bias)</span>
        </p>
      )}
      <div className="view-caption">
        <Legend ramp={ramp} unit={matrix.unit} />
      </div>
      {hiddenSources.size > 0 && (
        <p className="view-note">Hidden: {[...hiddenSources].map((index) => spoken(sources[index])).join(', ')}.</p>
      )}
      <NumberTable name={name} table={table} />
    </section>
  );
}
