// The conserved flow graph: what the explained number is made of, from the input tokens at the bottom through heads and feed-forward layers to the
// top. Lines are signed contributions; one node at a time is opened. Alone in its window it takes all the room, and what is opened stands beside it.

import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import '../views.css';
import '../heatmap/heatmap.css';
import './flowGraph.css';
import type { FlowGraphResult, Token } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { formatError, formatNumber, formatPercent, formatSigned } from '../shared/numbers';
import { useSize } from '../shared/useSize';
import { endToken, tokenX } from './layout';
import { Opened } from './Opened';
import { Plot } from './Plot';
import { type FlowChoice, flowPicture, LEAST_STEPS, MOST_EDGES, openedEdges } from './picture';
import { toTable } from './toTable';

export interface FlowGraphViewProps {
  readonly result: FlowGraphResult;
  readonly tokens: readonly Token[];
  readonly choice: FlowChoice;
  readonly onChoice: (change: Partial<FlowChoice>) => void;
  /** Alone in the window. */
  readonly large?: boolean;
  /** What is told of the opened node besides its edges. */
  readonly children?: ReactNode;
}

/** Balances and cuts of a sound graph, as shares of the explained number: float32 through all blocks stays well below. */
export const FLOW_TOLERANCE = 1e-4;
/** Of a window that the picture has to itself, in pixels: what stands above and below it. */
const aroundLarge = 256;

export function FlowGraphView({ result, tokens, choice, onChoice, large = false, children }: FlowGraphViewProps) {
  const { graph, explains, residuals } = result;
  const [measure, size] = useSize<HTMLDivElement>();
  const { least, scaled, node, focus } = choice;
  const all = useMemo(() => openedEdges(graph, node, focus), [graph, node, focus]);
  const height = large ? size.window - aroundLarge : null;
  const picture = useMemo(
    () => flowPicture(graph, all, { least, scaled, node, focus }, Math.max(280, size.width), tokens, height),
    [graph, all, least, scaled, node, focus, size.width, tokens, height],
  );
  const { drawn } = picture;
  const table = useCallback(() => toTable(drawn.edges, graph, tokens), [drawn, graph, tokens]);
  const name = `Flow graph, ${explains}`;
  const onOpen = (key: string | null) => onChoice({ node: key, ...(key === null && { focus: false }) });
  return (
    <section className="view view-flow" aria-label={name} data-large={large}>
      <div className="view-flow-head">
        <h3>{explains}</h3>
        <p>
          explained number <b>{formatSigned(graph.total)}</b>
        </p>
        <p className="view-flow-check">
          worst node balance <Check error={residuals.nodes} />, worst cut <Check error={residuals.cuts} />{' '}
          <span className="view-note view-whole">(of the number; at most {formatError(FLOW_TOLERANCE)})</span>
        </p>
      </div>
      <div className="view-flow-head">
        <LeastSlider least={picture.least} isChosen={least !== null} onLeast={(step) => onChoice({ least: step })} />
        <div className="view-flow-choices">
          <label title="Edges that are left are scaled, so that every node gets what it gets from all of them">
            <input type="checkbox" checked={scaled} onChange={() => onChoice({ scaled: !scaled })} />
            renormalise
          </label>
          <label title="Only what leads to the opened node or away from it">
            <input
              type="checkbox"
              checked={focus}
              disabled={node === null}
              onChange={() => onChoice({ focus: !focus })}
            />{' '}
            only through the opened node
          </label>
        </div>
        <p className="view-flow-kept">
          {drawn.edges.length} of {all.length} edges, {formatPercent(drawn.keptShare)} of Σ|·|.{' '}
          {drawn.hidden > 0 && (
            <span className="view-note">
              {drawn.hidden} hidden, together {formatSigned(drawn.hiddenSum)}.{' '}
            </span>
          )}
          {drawn.capped && <span className="view-note">Only the {MOST_EDGES} largest are drawn.</span>}
        </p>
      </div>
      <div className="view-flow-main">
        <Scrolled
          measure={measure}
          width={size.width > 0 ? picture.frame.width : 0}
          place={tokenX(picture.frame, endToken(graph))}
        >
          {size.width > 0 && (
            <Plot
              name={name}
              picture={picture}
              graph={graph}
              all={all}
              tokens={tokens}
              opened={node}
              room={size.width}
              onOpen={onOpen}
            />
          )}
        </Scrolled>
        {node !== null && (
          <Opened graph={graph} edges={all} tokens={tokens} node={node} onOpen={onOpen}>
            {children}
          </Opened>
        )}
      </div>
      <p className="view-flow-legend view-note">
        <span>● stream</span>
        <span>◆ attention, opened: its heads</span>
        <span>■ FFN</span>
        <span>┄ bias</span>
        <span>
          <i className="view-flow-pos" /> adds <i className="view-flow-neg" /> takes
        </span>
        <span>widest line {formatNumber(picture.scale)}</span>
      </p>
      <NumberTable name={name} table={table} />
    </section>
  );
}

function Check({ error }: { error: number }) {
  const right = error <= FLOW_TOLERANCE;
  return (
    <>
      {formatError(error)} <span className={right ? 'view-right' : 'view-wrong'}>{right ? '✓' : '✗'}</span>
    </>
  );
}

interface LeastSliderProps {
  readonly least: number;
  readonly isChosen: boolean;
  /** null: as few as needed. */
  readonly onLeast: (least: number | null) => void;
}

function LeastSlider({ least, isChosen, onLeast }: LeastSliderProps) {
  const at = LEAST_STEPS.findLastIndex((step) => step <= least);
  const words = `${LEAST_STEPS[at]! / 10} %`;
  return (
    <div className="view-flow-slider">
      <label>
        Edges of at least
        <input
          type="range"
          min={0}
          max={LEAST_STEPS.length - 1}
          step={1}
          value={at}
          aria-valuetext={`${words} of the explained number`}
          onChange={(event) => onLeast(LEAST_STEPS[Number(event.target.value)]!)}
        />
        <output>{words}</output>
      </label>
      {isChosen && (
        <span className="view-tools">
          <button type="button" title="As few lines as can be told apart" onClick={() => onLeast(null)}>
            as at first
          </button>
        </span>
      )}
    </div>
  );
}

interface ScrolledProps {
  readonly measure: (element: HTMLDivElement | null) => void;
  /** Of the picture; 0: it is not there yet. */
  readonly width: number;
  /** What is to be seen first: everything leads to it. */
  readonly place: number;
  readonly children: ReactNode;
}

/** A picture wider than its room, scrolled to where the explained number is. */
function Scrolled({ measure, width, place, children }: ScrolledProps) {
  const box = useRef<HTMLDivElement | null>(null);
  const ref = useCallback(
    (element: HTMLDivElement | null) => {
      box.current = element;
      return measure(element);
    },
    [measure],
  );
  useEffect(() => {
    const element = box.current;
    if (element === null || element.clientWidth >= width) return;
    element.scrollLeft = Math.max(0, Math.min(width, place + 120) - element.clientWidth);
  }, [width, place]);
  return (
    <div ref={ref} className="view-flow-box">
      {children}
    </div>
  );
}
