// A heatmap with labelled axes, a focusable grid for keyboard and screen reader, and the linked selection. Knows nothing of what the numbers
// mean: maps, contractions, pairs and layers are all drawn with it. Holds no state but which cell has the focus.

import { useEffect, useId, useMemo, useRef, useState } from 'react';
import '../views.css';
import './heatmap.css';
import type { Matrix } from '../../tensor/matrix';
import type { Ramp } from '../shared/colourScale';
import { formatNumber } from '../shared/numbers';
import { type Pooling, paint, poolingNote } from '../shared/pixels';
import { Tooltip } from '../shared/Tooltip';
import { type Label, spoken } from '../shared/tokenText';
import { useSize } from '../shared/useSize';
import type { Cell } from '../view';
import { cellTexts, drawField, exists, matrixField } from './draw';
import { GridAxes, GridMarks } from './GridOverlay';
import { moveFocus, type Position } from './keys';
import { type GridFrame, gridFrame, positionAt } from './layout';

export interface GridProps {
  readonly name: string;
  readonly matrix: Matrix;
  /** What is drawn, in order; leaving a label out hides its row or column. */
  readonly rows: readonly Label[];
  readonly cols: readonly Label[];
  readonly axes: { readonly row: string; readonly col: string };
  readonly ramp: Ramp;
  readonly pooling: Pooling;
  readonly square: boolean;
  readonly maxCell?: number;
  /** Share of the window's height that the plot may take. */
  readonly maxTall?: number;
  /** Something drawn at the right of every row, for which `asideWidth` pixels are kept free. */
  readonly aside?: (frame: GridFrame) => React.ReactNode;
  readonly asideWidth?: number;
  readonly pinned: readonly number[];
  readonly source: number | null;
  readonly hovered: Cell | null;
  /** Lines of the tooltip after the value. */
  readonly explain?: (cell: Cell, value: number) => readonly string[];
  readonly onHover: (cell: Cell | null) => void;
  readonly onEnter?: (cell: Cell, add: boolean) => void;
  readonly onRelease?: () => void;
}

export function Grid(props: GridProps) {
  const {
    name,
    matrix,
    rows,
    cols,
    axes,
    ramp,
    pooling,
    square,
    maxCell = 64,
    maxTall = 0.75,
    asideWidth = 0,
    hovered,
    onHover,
  } = props;
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [active, setActive] = useState<Position | null>(null);
  const [pointed, setPointed] = useState(false);
  const [speech, setSpeech] = useState('');
  const id = useId();

  const measured = size.width > 0;
  const frame = useMemo(
    () =>
      gridFrame({
        rows,
        cols,
        width: size.width - asideWidth,
        maxHeight: size.window * maxTall,
        square,
        maxCell,
        dpr: size.dpr,
        rowTitle: axes.row,
      }),
    [rows, cols, size, square, maxCell, maxTall, asideWidth, axes.row],
  );
  const field = useMemo(() => matrixField(matrix, rows, cols), [matrix, rows, cols]);
  const drawing = useMemo(
    () => drawField(field, ramp, frame, size.dpr, pooling),
    [field, ramp, frame, size.dpr, pooling],
  );
  const texts = useMemo(() => cellTexts(field, ramp, frame), [field, ramp, frame]);
  useEffect(() => {
    if (canvas.current !== null && measured) paint(canvas.current, drawing.pixels);
  }, [drawing, measured]);

  const cellOf = ({ row, col }: Position): Cell => ({ row: rows[row]!.index, col: cols[col]!.index });
  const numberAt = (cell: Cell): number => matrix.data[cell.row * matrix.cols.length + cell.col]!;
  const positionOf = (cell: Cell | null): Position | null => {
    if (cell === null) return null;
    const row = rows.findIndex((label) => label.index === cell.row);
    const col = cols.findIndex((label) => label.index === cell.col);
    return row < 0 || col < 0 || !exists(matrix, cell.row, cell.col) ? null : { row, col };
  };
  const say = (cell: Cell): string => {
    const named = (labels: readonly Label[], index: number) => spoken(labels.find((label) => label.index === index));
    return `${axes.row} ${named(rows, cell.row)}, ${axes.col} ${named(cols, cell.col)}: ${formatNumber(numberAt(cell))}`;
  };
  const lastCol = (row: number): number =>
    matrix.causal ? cols.filter((label) => label.index <= rows[row]!.index).length - 1 : cols.length - 1;

  // A focused cell may vanish when columns are hidden or another prompt is run: the nearest one takes its place.
  const clamped: Position = {
    row: Math.max(0, Math.min(rows.length - 1, active?.row ?? rows.length - 1)),
    col: Math.max(0, Math.min(cols.length - 1, active?.col ?? 0)),
  };
  const settle = (position: Position): void => {
    setActive(position);
    const cell = cellOf(position);
    if (!exists(matrix, cell.row, cell.col)) return;
    setSpeech(say(cell));
    onHover(cell);
  };
  const empty = rows.length === 0 || cols.length === 0;

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (empty) return;
    const next = moveFocus(event.key, clamped, rows.length, lastCol, event.ctrlKey || event.metaKey);
    if (next !== null) {
      event.preventDefault();
      settle(next);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      props.onEnter?.(cellOf(clamped), event.shiftKey);
    } else if (event.key === 'Escape') props.onRelease?.();
  };
  const onFocus = (): void => {
    if (empty || pointed) return;
    // Enter the grid where the reader already is: the pinned row, else the last one.
    const start = active ?? positionOf({ row: props.pinned.at(-1) ?? -1, col: props.source ?? cols[0]!.index });
    settle(start ?? clamped);
  };
  const pointedAt = (event: React.MouseEvent): Position | null => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const position = positionAt(frame, event.clientX - bounds.left, event.clientY - bounds.top);
    return position === null || position.row >= rows.length || position.col >= cols.length
      ? null
      : positionOf(cellOf(position));
  };
  const onPointerMove = (event: React.PointerEvent): void => {
    const position = pointedAt(event);
    const cell = position === null ? null : cellOf(position);
    setPointed(true);
    if (cell?.row !== hovered?.row || cell?.col !== hovered?.col) onHover(cell);
  };
  const onPointerLeave = (): void => {
    setPointed(false);
    onHover(null);
  };
  const onClick = (event: React.MouseEvent): void => {
    const position = pointedAt(event);
    if (position === null) return;
    setActive(position);
    props.onEnter?.(cellOf(position), event.shiftKey);
  };
  const onBlur = (): void => {
    setSpeech('');
    if (!pointed) onHover(null);
  };

  const marked = { rows, cols, causal: matrix.causal, pinned: props.pinned, source: props.source, hovered };
  const tip = pointed || speech !== '' ? positionOf(hovered) : null;
  const current = empty ? null : cellOf(clamped);
  const note = measured ? poolingNote(drawing.block, pooling) : null;
  return (
    <div className="view-grid" ref={box}>
      {measured && (
        <div className="view-stage" style={{ width: frame.width, height: frame.height }}>
          <GridAxes frame={frame} rows={rows} cols={cols} marked={marked} axes={axes} />
          {/* biome-ignore lint/a11y/useSemanticElements: a table cannot hold a canvas and an active descendant; "Show table" gives the table */}
          <div
            role="grid"
            tabIndex={0}
            aria-label={name}
            aria-rowcount={rows.length}
            aria-colcount={cols.length}
            aria-activedescendant={`${id}-cell`}
            className={matrix.causal ? 'view-plot view-hatched' : 'view-plot'}
            style={{ left: frame.left, top: frame.top, width: frame.plotWidth, height: frame.plotHeight }}
            onKeyDown={onKeyDown}
            onFocus={onFocus}
            onBlur={onBlur}
            onPointerMove={onPointerMove}
            onPointerLeave={onPointerLeave}
            onClick={onClick}
          >
            <div className="view-clip" aria-hidden="true">
              <canvas ref={canvas} style={{ width: drawing.width, height: drawing.height }} />
            </div>
            <GridMarks frame={frame} marked={marked} texts={texts} />
            {current !== null && (
              // biome-ignore lint/a11y/useSemanticElements: see the grid
              // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and points at its cell
              <div role="row" aria-rowindex={clamped.row + 1} className="view-unseen">
                {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
                {/* biome-ignore lint/a11y/useFocusableInteractive: see the row */}
                <div
                  role="gridcell"
                  id={`${id}-cell`}
                  aria-colindex={clamped.col + 1}
                  aria-selected={props.pinned.includes(current.row)}
                >
                  {exists(matrix, current.row, current.col) ? say(current) : 'impossible'}
                </div>
              </div>
            )}
          </div>
          {props.aside?.(frame)}
          {tip !== null && hovered !== null && (
            <Tooltip
              x={frame.left + (tip.col + 1) * frame.cellWidth}
              y={frame.top + (tip.row + 1) * frame.cellHeight}
              room={size.width}
              lines={[say(hovered), ...(props.explain?.(hovered, numberAt(hovered)) ?? [])]}
            />
          )}
        </div>
      )}
      {note !== null && <p className="view-note">{note}</p>}
      <div className="view-unseen" aria-live="polite">
        {speech}
      </div>
    </div>
  );
}
