// The three contractions of a slice, one at a time: what each input adds to each channel, and which input channels are read.

import { useCallback, useMemo, useState } from 'react';
import type { SliceResult, Token } from '../../engine/protocol';
import type { Matrix } from '../../tensor/matrix';
import { Grid } from '../heatmap/Grid';
import { Choice } from '../shared/Choice';
import { ramp as rampOf, rangeOf } from '../shared/colourScale';
import { Legend } from '../shared/Legend';
import { NumberTable } from '../shared/NumberTable';
import type { Palette } from '../shared/palette';
import { matrixTable } from '../shared/table';
import { countLabels, type Label } from '../shared/tokenText';
import type { Cell, Selection } from '../view';

/** The result's own names. */
export type Contraction = 'contributions' | 'readOut' | 'classDirection';

const OWN = { domain: null, log: false } as const;
const NAMES: Readonly<Record<Contraction, string>> = {
  contributions: 'channels × source',
  readOut: 'source × channels',
  classDirection: 'class direction',
};
const MEANING: Readonly<Record<Contraction, (symbol: string) => string>> = {
  contributions: (symbol) => `Σ_e ${symbol} x: what each input adds to each output channel.`,
  readOut: (symbol) => `Σ_d y ${symbol}: which channels of each input the output itself reads.`,
  classDirection: (symbol) => `Σ_d u ${symbol}: which channels of each input the target reads.`,
};

interface ContractionsProps {
  readonly result: SliceResult;
  readonly tokens: readonly Token[];
  readonly sources: readonly number[];
  /** Of the operator. */
  readonly symbol: string;
  readonly palette: Palette;
  readonly selection: Selection;
  readonly contraction: Contraction;
  readonly onContraction: (contraction: Contraction) => void;
  readonly onHoverSource: (source: number | null) => void;
  readonly onPick: (source: number | null) => void;
}

export function Contractions(props: ContractionsProps) {
  const { result, tokens, sources, palette, selection } = props;
  // The class direction exists only with a target; the picture falls back instead of going blank.
  const chosen =
    props.contraction === 'classDirection' && result.classDirection === null ? 'contributions' : props.contraction;
  const matrix: Matrix = result[chosen] ?? result.contributions;
  const columns = chosen === 'contributions';
  const labels = useMemo<Label[]>(
    () => sources.map((index) => ({ index, text: tokens[index]?.piece ?? '' })),
    [sources, tokens],
  );
  const channels = useMemo(() => countLabels(result.dModel), [result.dModel]);
  const ramp = useMemo(() => {
    // Only what is drawn may set the colours: rows of hidden sources are cut out before the range is taken.
    const kept = new Set(sources);
    const hidden = new Set([...result.norms.keys()].filter((source) => !kept.has(source)));
    const visible = columns ? rangeOf(matrix, hidden) : rangeOf(pickRows(matrix, sources));
    return rampOf(matrix, visible, OWN, palette);
  }, [matrix, sources, columns, palette, result.norms]);
  const options = (['contributions', 'readOut', 'classDirection'] as const)
    .filter((value) => result[value] !== null)
    .map((value) => ({ value, text: NAMES[value] }));
  const rows = columns ? channels : labels;
  const cols = columns ? labels : channels;
  const table = useCallback(
    () => matrixTable(matrix, rows, cols, columns ? 'channel \\ input' : 'input \\ channel'),
    [matrix, rows, cols, columns],
  );
  const name = `3-D slice, ${NAMES[chosen]}`;
  const [pointed, setPointed] = useState<Cell | null>(null);
  const linked = selection.hovered?.col ?? null;
  return (
    <div className="view-part">
      <Choice name="Contraction" options={options} value={chosen} onChange={props.onContraction} />
      <p className="view-note">{MEANING[chosen](props.symbol)}</p>
      <Grid
        name={name}
        matrix={matrix}
        rows={rows}
        cols={cols}
        axes={columns ? { row: 'channel', col: 'input' } : { row: 'input', col: 'channel' }}
        ramp={ramp}
        pooling="largest"
        square={false}
        maxCell={20}
        maxTall={0.45}
        pinned={!columns && selection.source !== null ? [selection.source] : []}
        source={columns ? selection.source : null}
        hovered={pointed ?? (linked === null ? null : columns ? { row: -1, col: linked } : { row: linked, col: -1 })}
        onHover={(cell) => {
          setPointed(cell);
          props.onHoverSource(cell === null ? null : columns ? cell.col : cell.row);
        }}
        onEnter={(cell) => props.onPick(columns ? cell.col : cell.row)}
        onRelease={() => props.onPick(null)}
      />
      <div className="view-caption">
        <Legend ramp={ramp} unit={matrix.unit} />
      </div>
      <NumberTable name={name} table={table} />
    </div>
  );
}

function pickRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const width = matrix.cols.length;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    data.set(matrix.data.subarray(row * width, (row + 1) * width), at * width);
  });
  return { ...matrix, data, rows: { ...matrix.rows, length: rows.length } };
}
