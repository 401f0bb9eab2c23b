// An L×L map: rows = output tokens, columns = input tokens. The heatmap with its legend, what is hidden, the linked number, and the table.

import { useCallback, useMemo } from 'react';
import type { Matrix } from '../../tensor/matrix';
import { ramp as rampOf, rangeOf } from '../shared/colourScale';
import { Legend } from '../shared/Legend';
import { NumberTable } from '../shared/NumberTable';
import { formatNumber, formatPercent } from '../shared/numbers';
import { type Label, spoken, tokenLabels, truncate } from '../shared/tokenText';
import { usePalette } from '../shared/usePalette';
import type { Cell, MapViewProps } from '../view';
import { exists } from './draw';
import { Grid } from './Grid';
import { hiddenNote, rowSize } from './share';
import { toTable } from './toTable';

const AXES = { row: 'output', col: 'input' } as const;

/** Short enough that two of them and a number fit into a small panel. */
const brief = ({ index, text }: Label): string => spoken({ index, text: truncate(text, 10) });

const entry = ({ data, cols }: Matrix, { row, col }: Cell): number => data[row * cols.length + col]!;

export function MapView(props: MapViewProps) {
  const { name, matrix, band, tokens, hiddenSources, scale, selection } = props;
  const palette = usePalette();
  const rows = useMemo(() => tokenLabels(tokens), [tokens]);
  const cols = useMemo(() => rows.filter((label) => !hiddenSources.has(label.index)), [rows, hiddenSources]);
  const ramp = useMemo(
    () => rampOf(matrix, rangeOf(matrix, hiddenSources), scale, palette),
    [matrix, hiddenSources, scale, palette],
  );
  const table = useCallback(() => toTable(matrix, tokens, hiddenSources, band), [matrix, tokens, hiddenSources, band]);
  const { hovered, pinned, source } = selection;
  const cell = hovered ?? (source !== null && pinned.length === 1 ? { row: pinned[0]!, col: source } : null);
  const note = hiddenNote(matrix, rows, hiddenSources, pinned);
  const readable =
    cell !== null && cell.row < rows.length && cell.col < rows.length && exists(matrix, cell.row, cell.col);
  return (
    <figure className="view view-map" aria-label={name}>
      <Grid
        name={name}
        matrix={matrix}
        rows={rows}
        cols={cols}
        axes={AXES}
        ramp={ramp}
        pooling="mean"
        square
        pinned={pinned}
        source={source}
        hovered={hovered}
        explain={(at, value) => [
          ...(band ? [`± ${formatNumber(entry(band, at))}, estimated`] : []),
          `${formatPercent(value / (rowSize(matrix, at.row) || 1))} of the row’s Σ|·|`,
        ]}
        onHover={props.onHover}
        onEnter={props.onPin}
        onRelease={props.onRelease}
      />
      <figcaption>
        <Legend ramp={ramp} unit={matrix.unit} />
        {note !== null && <p className="view-note">{note}</p>}
      </figcaption>
      <NumberTable name={name} table={table}>
        <output className="view-reading">
          {readable && (
            <>
              <span className="view-token">{brief(rows[cell.row]!)}</span> ←{' '}
              <span className="view-token">{brief(rows[cell.col]!)}</span> <b>{formatNumber(entry(matrix, cell))}</b>
              {band && ` ± ${formatNumber(entry(band, cell))}`}
            </>
          )}
        </output>
      </NumberTable>
    </figure>
  );
}
