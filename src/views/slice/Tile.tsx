// One small multiple of a slice: a button with the picture of one input token.

import { useEffect, useRef } from 'react';
import type { SliceResult, Token } from '../../engine/protocol';
import { drawField } from '../heatmap/draw';
import type { Ramp } from '../shared/colourScale';
import { drawLater } from '../shared/drawLater';
import { formatNumber } from '../shared/numbers';
import { paint } from '../shared/pixels';
import { spoken } from '../shared/tokenText';
import type { Window } from '../shared/window';
import { sliceField } from './layout';

interface TileProps {
  readonly result: SliceResult;
  readonly source: number;
  readonly token: Token;
  /** "T_ij". */
  readonly block: string;
  readonly side: number;
  readonly dpr: number;
  readonly window: Window;
  readonly ramp: Ramp;
  readonly open: boolean;
  readonly marked: boolean;
  readonly onOpen: (source: number) => void;
  readonly onHover: (source: number | null) => void;
}

export function Tile(props: TileProps) {
  const { result, source, token, side, dpr, window, ramp } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () =>
      drawLater(() => {
        if (canvas.current === null) return;
        const frame = { plotWidth: side, plotHeight: side };
        const drawing = drawField(sliceField(result, source, window), ramp, frame, dpr, 'largest');
        paint(canvas.current, drawing.pixels);
        canvas.current.style.width = `${drawing.width}px`;
        canvas.current.style.height = `${drawing.height}px`;
      }),
    [result, source, window, ramp, side, dpr],
  );
  const norm = formatNumber(result.norms[source]!);
  return (
    <li>
      <button
        type="button"
        className={`view-tile${props.open ? ' view-open' : ''}${props.marked ? ' view-hovered' : ''}`}
        aria-pressed={props.open}
        style={{ width: side }}
        onClick={() => props.onOpen(source)}
        onPointerEnter={() => props.onHover(source)}
        onPointerLeave={() => props.onHover(null)}
        onFocus={() => props.onHover(source)}
        onBlur={() => props.onHover(null)}
      >
        <span className="view-unseen">{`input ${spoken({ index: source, text: token.piece })}, ‖${props.block}‖ = ${norm}`}</span>
        <span className="view-tile-name" aria-hidden="true">
          <span className="view-token">{token.piece}</span>
          <span className="view-index">{source}</span>
          <span className="view-value">{norm}</span>
        </span>
        <span className="view-tile-plot" style={{ width: side, height: side }} aria-hidden="true">
          <canvas ref={canvas} width={0} height={0} />
        </span>
      </button>
    </li>
  );
}
