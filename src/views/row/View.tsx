// One row of the tensor as signed bars: what every input adds to the explained quantity, the bias, and the check that they add up.

import { useCallback, useId, useState } from 'react';
import '../views.css';
import './row.css';
import '../image/image.css';
import type { RowResult, Token } from '../../engine/protocol';
import type { Thumbnail } from '../image/thumbnails';
import { Choice } from '../shared/Choice';
import { NumberTable } from '../shared/NumberTable';
import { formatError, formatPercent, formatSigned } from '../shared/numbers';
import type { Table } from '../shared/table';
import { columnsOf, spoken, tokenLabels } from '../shared/tokenText';
import type { Selection } from '../view';
import { type Bar, type RowOrder, rowLayout, SUM_TOLERANCE } from './layout';
import { toTable } from './toTable';

export interface RowViewProps {
  readonly result: RowResult;
  readonly tokens: readonly Token[];
  /** A small picture of a token; null: it has none. */
  readonly thumbnail?: Thumbnail | null;
  readonly hiddenSources: ReadonlySet<number>;
  readonly selection: Selection;
  readonly order: RowOrder;
  /** Left out: the order cannot be chosen. */
  readonly onOrder?: (order: RowOrder) => void;
  readonly onHover: (source: number | null) => void;
  /** A source was chosen (click, Enter); null releases it. */
  readonly onPick: (source: number | null) => void;
  /** In place of the bias and the check, for parts that are not T's. */
  readonly rest?: Rest;
}

/** What the parts of another method leave over. */
export interface Rest {
  /** null: they are parts of nothing, so nothing is left over. */
  readonly name: string | null;
  readonly account: React.ReactNode;
  /** The same numbers; the same function as long as they are the same. */
  readonly table: () => Table;
}

const ORDERS = [
  { value: 'ranked', text: 'by size' },
  { value: 'reading', text: 'as read' },
] as const;

export function RowView(props: RowViewProps) {
  const { result, tokens, selection, thumbnail, rest } = props;
  const [focused, setFocused] = useState(0);
  const id = useId();
  const layout = rowLayout(result, props.hiddenSources, props.order);
  const table = useCallback(() => toTable(result, tokens), [result, tokens]);
  const labels = tokenLabels(tokens);
  const current = Math.min(focused, layout.bars.length - 1);
  const sourceAt = (position: number): number | null => layout.bars[position]?.source ?? null;
  const hoveredSource = selection.hovered?.col ?? null;

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const last = layout.bars.length - 1;
    const steps: Record<string, number> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -10,
      PageDown: 10,
      Home: -last,
      End: last,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(last, current + step));
      setFocused(next);
      props.onHover(sourceAt(next));
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      props.onPick(sourceAt(current));
    } else if (event.key === 'Escape') props.onPick(null);
  };

  // Wide enough for most tokens; the rest is cut by CSS and read in full in the option's name.
  const widest = Math.max(4, ...tokens.map((token) => columnsOf(token.piece)));
  const tokenWidth = Math.min(thumbnail ? 19 : 14, widest + (thumbnail ? 3 : 0));
  const track = (bar: Bar) => (
    <span className="view-track" aria-hidden="true">
      <span
        className={
          bar.source === null ? 'view-bar view-bar-bias' : bar.value < 0 ? 'view-bar view-bar-neg' : 'view-bar'
        }
        style={{ left: `${bar.from * 100}%`, width: `${(bar.to - bar.from) * 100}%` }}
      />
      <span className="view-zero" style={{ left: `${layout.zero * 100}%` }} />
    </span>
  );
  const numbers = (bar: Bar) => (
    <>
      <span className="view-value" aria-hidden={bar.source !== null}>
        {formatSigned(bar.value)}
      </span>
      <span className="view-share" aria-hidden={bar.source !== null}>
        {formatPercent(bar.share)}
      </span>
    </>
  );
  const right = layout.error <= SUM_TOLERANCE;
  return (
    <section
      className="view view-row"
      aria-label={`Row: ${result.explains}`}
      style={{ '--token-width': `${tokenWidth}ch` } as React.CSSProperties}
    >
      <div className="view-head">
        <h3>{result.explains}</h3>
        {props.onOrder && <Choice name="Order" options={ORDERS} value={props.order} onChange={props.onOrder} />}
      </div>
      <div className="view-bars-head" aria-hidden="true">
        <span>input</span>
        <span />
        <span>value</span>
        <span>of Σ|·|</span>
      </div>
      <div
        role="listbox"
        tabIndex={0}
        aria-label={`Inputs to ${result.explains}`}
        aria-activedescendant={layout.bars.length > 0 ? `${id}-${current}` : undefined}
        className="view-bars"
        onKeyDown={onKeyDown}
        onFocus={() => props.onHover(sourceAt(current))}
        onBlur={() => props.onHover(null)}
        onPointerLeave={() => props.onHover(null)}
      >
        {layout.bars.map((bar, position) => {
          const source = bar.source!;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and points at its option
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list
            <div
              key={source}
              role="option"
              id={`${id}-${position}`}
              aria-selected={selection.source === source}
              className={`view-line${hoveredSource === source ? ' view-hovered' : ''}${position === current ? ' view-current' : ''}`}
              onPointerEnter={() => props.onHover(source)}
              onClick={() => {
                setFocused(position);
                props.onPick(source);
              }}
            >
              <span className="view-unseen">{`${spoken(labels[source])}: ${formatSigned(bar.value)}, ${formatPercent(bar.share)}`}</span>
              <span className="view-name" aria-hidden="true">
                {thumbnail?.(source) && <span className="view-thumb" style={thumbnail(source)!} />}
                <span className="view-token">{tokens[source]?.piece}</span>
                <span className="view-index">{source}</span>
              </span>
              {track(bar)}
              {numbers(bar)}
            </div>
          );
        })}
      </div>
      {rest?.name !== null && (
        <div className="view-line view-bias">
          <span className="view-name">{rest?.name ?? 'bias'}</span>
          {track(layout.bias)}
          {numbers(layout.bias)}
        </div>
      )}
      {layout.hidden.map((bar) => (
        <div key={bar.source} className="view-line view-note">
          <span className="view-name">
            <span className="view-token">{tokens[bar.source!]?.piece}</span>
            <span className="view-index">{bar.source}</span>
          </span>
          <span>{rest?.name === null ? 'hidden' : 'hidden, in Σ'}</span>
          {numbers(bar)}
        </div>
      ))}
      {layout.zeros > 0 && (
        <p className="view-note">
          {layout.zeros} {layout.zeros === 1 ? 'input contributes' : 'inputs contribute'} exactly 0.
        </p>
      )}
      {rest?.account ?? (
        <p className="view-sum">
          Σ sources {formatSigned(layout.sum)} + bias {formatSigned(result.bias)} = total{' '}
          <b>{formatSigned(result.total)}</b>{' '}
          <span className={right ? 'view-right' : 'view-wrong'}>{right ? '✓' : '✗'}</span>{' '}
          <span className="view-note view-whole">(relative error {formatError(layout.error)})</span>
        </p>
      )}
      <NumberTable name={`Row, ${result.explains}`} table={rest?.table ?? table} />
    </section>
  );
}
