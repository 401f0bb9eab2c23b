// T[i,:,:,:], exact: one D×D heatmap an input token on one scale, any of them enlarged with a zoom that all follow, and the contractions.

import { useCallback, useMemo, useRef, useState } from 'react';
import '../views.css';
import './slice.css';
import type { SliceResult, Token } from '../../engine/protocol';
import { ZoomGrid } from '../heatmap/ZoomGrid';
import { ramp as rampOf } from '../shared/colourScale';
import { Legend } from '../shared/Legend';
import { NumberTable } from '../shared/NumberTable';
import { formatNumber, formatPercent } from '../shared/numbers';
import { blockSize, poolingNote } from '../shared/pixels';
import { spoken, tokenLabels } from '../shared/tokenText';
import { usePalette } from '../shared/usePalette';
import { useSize } from '../shared/useSize';
import { wholeWindow } from '../shared/window';
import { type Cell, type Operator, type Selection, TENSOR } from '../view';
import { type Contraction, Contractions } from './Contractions';
import { beyondShare, sliceMatrix, sliceScale, sliceSources, tileSide } from './layout';
import { Tile } from './Tile';
import { toTable } from './toTable';

export interface SliceViewProps {
  readonly result: SliceResult;
  readonly tokens: readonly Token[];
  /** A decoder: tokens after the output have no influence. */
  readonly causal: boolean;
  readonly hiddenSources: ReadonlySet<number>;
  readonly selection: Selection;
  readonly operator?: Operator;
  readonly contraction: Contraction;
  readonly onContraction: (contraction: Contraction) => void;
  readonly onHover: (cell: Cell | null) => void;
  /** An input token was chosen; null releases it. */
  readonly onPick: (source: number | null) => void;
}

/** T[i, d, j, e]: d output channel, e input channel. */
const CHANNELS = { row: 'output d', col: 'input e' } as const;
const OWN = { domain: null, log: false } as const;

export function SliceView(props: SliceViewProps) {
  const { result, tokens, selection, operator = TENSOR } = props;
  const blockName = `${operator.symbol}_ij`;
  const palette = usePalette();
  const [box, size] = useSize<HTMLElement>();
  const [open, setOpen] = useState<number | null>(null);
  const [window, setWindow] = useState(() => wholeWindow(result.dModel));
  const opener = useRef<HTMLElement | null>(null);

  const { drawn, hidden, later } = useMemo(
    () => sliceSources(result, props.causal, props.hiddenSources),
    [result, props.causal, props.hiddenSources],
  );
  const scale = useMemo(() => sliceScale(result, drawn), [result, drawn]);
  const ramp = useMemo(() => rampOf({ signed: true }, scale.range, OWN, palette), [scale, palette]);
  const clipped = scale.largest > Math.max(scale.range.high, -scale.range.low);
  const enlarged = open !== null && drawn.includes(open) ? open : null;
  const matrix = useMemo(() => (enlarged === null ? null : sliceMatrix(result, enlarged)), [result, enlarged]);
  // A model of another width starts again from the whole picture.
  const shown =
    window.row + window.size <= result.dModel && window.col + window.size <= result.dModel
      ? window
      : wholeWindow(result.dModel);

  const side = tileSide(result.dModel, size.dpr);
  const block = blockSize(shown.size, side * size.dpr + 1e-6);
  const note = poolingNote({ rows: block, cols: block }, 'largest');
  const hover = (source: number | null): void =>
    props.onHover(source === null ? null : { row: result.token, col: source });
  const close = (): void => {
    setOpen(null);
    opener.current?.focus();
  };
  const choose = (source: number): void => {
    opener.current = document.activeElement as HTMLElement | null;
    setOpen(source === open ? null : source);
    props.onPick(source === open ? null : source);
  };
  const table = useCallback(() => toTable(result, tokens, operator.symbol), [result, tokens, operator.symbol]);
  const labels = tokenLabels(tokens);
  const output = spoken(labels[result.token]);
  return (
    <section
      ref={box}
      className="view view-slice"
      aria-label={`3-D slice of output ${output}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && enlarged !== null) {
          event.stopPropagation();
          close();
        }
      }}
    >
      <h3>
        {operator.title === null ? 'Output' : `${operator.title}, output`} <span className="view-token">{output}</span>:{' '}
        {blockName} of every input
      </h3>
      {size.width > 0 && (
        <ul className="view-tiles" aria-label="Inputs">
          {drawn.map((source) => (
            <Tile
              key={source}
              result={result}
              source={source}
              block={blockName}
              token={tokens[source]!}
              side={side}
              dpr={size.dpr}
              window={shown}
              ramp={ramp}
              open={source === enlarged}
              marked={source === (selection.hovered?.col ?? selection.source)}
              onOpen={choose}
              onHover={hover}
            />
          ))}
        </ul>
      )}
      <div className="view-caption">
        <Legend ramp={ramp} unit={`${operator.symbol}, one scale for all`} />
        {clipped && (
          <span className="view-note">
            The largest {formatPercent(beyondShare)} of the entries, up to {formatNumber(scale.largest)} in size, have
            the end colours.
          </span>
        )}
        <span className="view-note">Rows: output channels d, columns: input channels e. Above: ‖{blockName}‖.</span>
      </div>
      {note !== null && <p className="view-note">{note}</p>}
      {hidden.length > 0 && (
        <p className="view-note">
          Hidden:{' '}
          {hidden
            .map((source) => `${spoken(labels[source])}, ‖${blockName}‖ = ${formatNumber(result.norms[source]!)}`)
            .join('; ')}
          .
        </p>
      )}
      {later.length > 0 && (
        <p className="view-note">
          Inputs {later[0]}–{later.at(-1)}: zero by causality.
        </p>
      )}
      <NumberTable name={`3-D slice of output ${output}, norms`} table={table} />
      {enlarged !== null && matrix !== null && (
        <div className="view-part">
          <div className="view-head">
            <h3>
              {blockName}, input <span className="view-token">{spoken(labels[enlarged])}</span>
            </h3>
            <div className="view-tools">
              <button type="button" onClick={close}>
                Close
              </button>
            </div>
          </div>
          <ZoomGrid
            name={`${blockName}, input ${spoken(labels[enlarged])}`}
            matrix={matrix}
            axes={CHANNELS}
            ramp={ramp}
            window={shown}
            onWindow={setWindow}
          />
        </div>
      )}
      <Contractions
        result={result}
        tokens={tokens}
        sources={drawn}
        symbol={operator.symbol}
        palette={palette}
        selection={selection}
        contraction={props.contraction}
        onContraction={props.onContraction}
        onHoverSource={hover}
        onPick={props.onPick}
      />
    </section>
  );
}
