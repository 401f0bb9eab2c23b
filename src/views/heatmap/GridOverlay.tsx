// The ink around and over the cells: labels of both axes, the selection. SVG, so that it stays sharp at every zoom; hidden from screen readers,
// which get the same from the grid's cells.

import type { Label } from '../shared/tokenText';
import type { CellText } from './draw';
import { COLUMN_ANGLE, colTexts, type GridFrame, INDEX_GAP, indexWidth, markerX, rowTexts } from './layout';
import { emphasis, fine, type Marked, marks } from './marks';

interface AxesProps {
  readonly frame: GridFrame;
  readonly rows: readonly Label[];
  readonly cols: readonly Label[];
  readonly marked: Marked;
  readonly axes: { readonly row: string; readonly col: string };
}

export function GridAxes({ frame, rows, cols, marked, axes }: AxesProps) {
  const strong = emphasis(marked);
  const loud = (label: Label | undefined, picked: readonly (number | null)[]): string =>
    label !== undefined && picked.includes(label.index) ? 'view-picked' : '';
  return (
    <svg className="view-axes" aria-hidden="true" width={frame.width} height={frame.height}>
      <text className="view-axis" x={frame.left - 6} y={11} textAnchor="end">
        {axes.row} ↓
      </text>
      <text className="view-axis" x={frame.left} y={11}>
        {axes.col} →
      </text>
      {rowTexts(frame, rows, strong.rows).map(({ position, x, y, text, index }) => (
        <g
          key={position}
          className={`${strong.rows.includes(position) ? 'view-strong' : ''} ${loud(rows[position], marked.pinned)}`}
        >
          <text className="view-token" x={x - indexWidth(rows) - INDEX_GAP} y={y} dy="0.34em" textAnchor="end">
            {text}
          </text>
          <text className="view-index" x={x} y={y} dy="0.34em" textAnchor="end">
            {index}
          </text>
        </g>
      ))}
      {colTexts(frame, cols, strong.cols).map(({ position, x, y, text, index }) => (
        <g
          key={position}
          className={`${strong.cols.includes(position) ? 'view-strong' : ''} ${loud(cols[position], [marked.source])}`}
        >
          {frame.stance === 'flat' ? (
            <text className="view-index" x={x} y={y} textAnchor="middle">
              {index}
            </text>
          ) : (
            <text transform={`translate(${x} ${y}) rotate(${COLUMN_ANGLE[frame.stance]})`} dy="0.34em" textAnchor="end">
              <tspan className="view-token">{text}</tspan>
              <tspan className="view-index" dx="4">
                {index}
              </tspan>
            </text>
          )}
        </g>
      ))}
      {marked.pinned.map((index) => {
        const position = rows.findIndex((label) => label.index === index);
        if (position < 0) return null;
        const y = frame.top + (position + 0.5) * frame.cellHeight;
        return <path key={index} className="view-marker" d={`M${markerX(frame, rows, position)} ${y - 4}l6 4l-6 4z`} />;
      })}
    </svg>
  );
}

interface MarksProps {
  readonly frame: GridFrame;
  readonly marked: Marked;
  readonly texts: readonly CellText[];
}

export function GridMarks({ frame, marked, texts }: MarksProps) {
  const ruled = frame.cellWidth >= 14 && frame.cellHeight >= 14;
  const lines = (count: number, step: number, path: (at: number) => string): string =>
    Array.from({ length: Math.max(0, count - 1) }, (_, i) => path((i + 1) * step)).join('');
  return (
    <svg
      className={fine(frame) ? 'view-marks view-fine' : 'view-marks'}
      aria-hidden="true"
      width={frame.plotWidth}
      height={frame.plotHeight}
    >
      {ruled && (
        <path
          className="view-rules"
          d={
            lines(marked.cols.length, frame.cellWidth, (x) => `M${x} 0V${frame.plotHeight}`) +
            lines(marked.rows.length, frame.cellHeight, (y) => `M0 ${y}H${frame.plotWidth}`)
          }
        />
      )}
      {texts.map(({ x, y, text, colour }) => (
        <text key={`${x} ${y}`} x={x} y={y} dy="0.34em" textAnchor="middle" style={{ fill: colour }}>
          {text}
        </text>
      ))}
      {marks(frame, marked).map(({ kind, x, y, width, height }) => (
        <g key={`${kind}-${x}-${y}-${width}`}>
          {kind !== 'cross' && <rect className="view-halo" {...{ x, y, width, height }} />}
          <rect className={`view-mark-${kind}`} {...{ x, y, width, height }} />
        </g>
      ))}
    </svg>
  );
}
