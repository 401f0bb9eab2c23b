// A square channel-by-channel heatmap with a zoom window: wheel, drag, + − 0 keys, buttons. The window belongs to the caller, which may share
// it between pictures.

import { useCallback, useMemo, useRef, useState } from 'react';
import type { Matrix } from '../../tensor/matrix';
import type { Ramp } from '../shared/colourScale';
import { channels, panned, type Window, wholeWindow, zoomed } from '../shared/window';
import type { Cell } from '../view';
import { Grid } from './Grid';

interface ZoomGridProps {
  readonly name: string;
  readonly matrix: Matrix;
  readonly axes: { readonly row: string; readonly col: string };
  readonly ramp: Ramp;
  readonly window: Window;
  readonly onWindow: (window: Window) => void;
  readonly onRelease?: () => void;
}

const STEP = 1.5;

/** A point as shares of the plot. */
function shareAt(plot: Element, x: number, y: number): [number, number] {
  const box = plot.getBoundingClientRect();
  return [(x - box.left) / box.width, (y - box.top) / box.height];
}

export function ZoomGrid({ name, matrix, axes, ramp, window, onWindow, onRelease }: ZoomGridProps) {
  const cells = matrix.rows.length;
  const [hovered, setHovered] = useState<Cell | null>(null);
  const grip = useRef<{ x: number; y: number; window: Window } | null>(null);
  const rows = useMemo(() => channels(window.row, window.size), [window]);
  const cols = useMemo(() => channels(window.col, window.size), [window]);

  const latest = useRef({ window, onWindow, cells });
  latest.current = { window, onWindow, cells };
  // React listens to the wheel passively; only a listener of our own may keep the page from scrolling.
  const listen = useCallback((element: HTMLDivElement | null) => {
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      const plot = (event.target as Element).closest('[role=grid]');
      if (plot === null) return;
      event.preventDefault();
      const now = latest.current;
      const [across, down] = shareAt(plot, event.clientX, event.clientY);
      now.onWindow(zoomed(now.window, now.cells, event.deltaY < 0 ? 1.2 : 1 / 1.2, across, down));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') onWindow(zoomed(window, cells, STEP));
    else if (event.key === '-') onWindow(zoomed(window, cells, 1 / STEP));
    else if (event.key === '0') onWindow(wholeWindow(cells));
    else return;
    event.preventDefault();
  };
  const onPointerDown = (event: React.PointerEvent): void => {
    if ((event.target as Element).closest('[role=grid]')) grip.current = { x: event.clientX, y: event.clientY, window };
  };
  const onPointerMove = (event: React.PointerEvent): void => {
    const plot = (event.target as Element).closest('[role=grid]');
    if (grip.current === null || plot === null || event.buttons !== 1) {
      grip.current = null;
      return;
    }
    const cell = plot.getBoundingClientRect().width / window.size;
    const { x, y, window: start } = grip.current;
    onWindow(panned(start, cells, (y - event.clientY) / cell, (x - event.clientX) / cell));
  };
  const whole = window.size === cells;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the grid inside has the focus; keys bubble from it
    <div
      ref={listen}
      className="view-zoom"
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
    >
      <Grid
        name={name}
        matrix={matrix}
        rows={rows}
        cols={cols}
        axes={axes}
        ramp={ramp}
        pooling="largest"
        square
        maxCell={40}
        maxTall={0.55}
        pinned={[]}
        source={null}
        hovered={hovered}
        onHover={setHovered}
        {...(onRelease === undefined ? {} : { onRelease })}
      />
      <div className="view-tools">
        <button type="button" onClick={() => onWindow(zoomed(window, cells, STEP))}>
          Closer
        </button>
        <button type="button" disabled={whole} onClick={() => onWindow(zoomed(window, cells, 1 / STEP))}>
          Wider
        </button>
        <button type="button" disabled={whole} onClick={() => onWindow(wholeWindow(cells))}>
          Whole
        </button>
        <span className="view-note">
          {whole
            ? `all ${cells}×${cells} channels`
            : `output ${window.row}–${window.row + window.size - 1}, input ${window.col}–${window.col + window.size - 1}`}
        </span>
      </div>
    </div>
  );
}
