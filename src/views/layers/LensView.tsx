// The logit lens: after every block, at every token, the word that would be predicted if the model stopped there. Darker: more probable.

import { useCallback, useEffect, useRef, useState } from 'react';
import '../views.css';
import './lens.css';
import type { LensResult, Token } from '../../engine/protocol';
import { NumberTable } from '../shared/NumberTable';
import { formatPercent } from '../shared/numbers';
import type { Table } from '../shared/table';
import { spoken, tokenLabels, truncate } from '../shared/tokenText';

export interface LensViewProps {
  readonly result: LensResult;
  readonly tokens: readonly Token[];
  /** Explained token. */
  readonly token: number;
  /** A word was chosen: explain it at this token, with so many blocks. */
  readonly onPick: (token: number, layer: number, id: number) => void;
}

export function LensView({ result, tokens, token, onPick }: LensViewProps) {
  const { predictions, first } = result;
  const layers = predictions.length;
  const count = predictions[0]?.length ?? 0;
  const labels = tokenLabels(tokens);
  const [focus, setFocus] = useState({ layer: layers - 1, column: Math.max(0, token - first) });
  const body = useRef<HTMLTableSectionElement>(null);
  const table = useCallback(() => lensTable(result, tokens), [result, tokens]);
  // The explained token is what the reader came for: the table is scrolled to it, and the page stays where it is.
  useEffect(() => {
    const cell = body.current?.rows[0]?.cells[token - first + 1];
    const box = cell?.closest('.lens-scroll');
    if (cell && box) box.scrollLeft = cell.offsetLeft + cell.offsetWidth - box.clientWidth;
  }, [token, first]);
  const shown = predictions[focus.layer]?.[focus.column] ?? [];

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const layer = Math.max(0, Math.min(layers - 1, focus.layer + move[0]));
    const column = Math.max(0, Math.min(count - 1, focus.column + move[1]));
    setFocus({ layer, column });
    body.current?.rows[layer]?.cells[column + 1]?.querySelector('button')?.focus();
  };
  return (
    <section className="view view-lens" aria-label="Logit lens">
      <div className="lens-scroll">
        <table aria-label="Logit lens">
          <thead>
            <tr>
              <th scope="col" className="lens-corner">
                blocks
              </th>
              {Array.from({ length: count }, (_, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the position is the token's identity
                <th key={first + column} scope="col" data-explained={first + column === token}>
                  <span className="view-token">{truncate(tokens[first + column]?.piece ?? '', 10)}</span>
                  <span className="view-index"> {first + column}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={onKeyDown}>
            {predictions.map((row, layer) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the layer is the row's identity
              <tr key={layer}>
                <th scope="row">{layer}</th>
                {row.map((ranked, column) => {
                  const best = ranked[0];
                  const final = predictions[layers - 1]?.[column]?.[0]?.id;
                  const here = focus.layer === layer && focus.column === column;
                  return (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the position is the token's identity
                    <td key={column}>
                      {best !== undefined && (
                        <button
                          type="button"
                          className="lens-cell"
                          tabIndex={here ? 0 : -1}
                          data-final={best.id === final}
                          style={{ '--p': `${Math.round(best.probability * 70)}%` } as React.CSSProperties}
                          aria-label={`${layer} blocks, ${spoken(labels[first + column])}: ${best.piece}, ${formatPercent(best.probability)}`}
                          onFocus={() => setFocus({ layer, column })}
                          onPointerEnter={() => setFocus({ layer, column })}
                          onClick={() => onPick(first + column, layer, best.id)}
                        >
                          {truncate(best.piece, 10)}
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <output className="lens-reading">
        After {focus.layer} {focus.layer === 1 ? 'block' : 'blocks'} at{' '}
        <span className="view-token">{spoken(labels[first + focus.column])}</span>:{' '}
        {shown.map(({ id, piece, probability }, rank) => (
          <span key={id}>
            {rank > 0 && ', '}
            <b className="view-token">{piece}</b> {formatPercent(probability)}
          </span>
        ))}
      </output>
      <p className="view-note">
        Darker: more probable. Bold: already what the whole model predicts there. Choose a word to explain it.
      </p>
      <NumberTable name="Logit lens" table={table} />
    </section>
  );
}

function lensTable({ predictions, first, ofFinal }: LensResult, tokens: readonly Token[]): Table {
  const count = predictions[0]?.length ?? 0;
  return {
    header: ['blocks, token', 'first', 'probability', 'second', 'probability', 'third', 'probability', 'of the final'],
    rows: predictions.flatMap((row, layer) =>
      row.map((ranked, column) => [
        `${layer}, ${tokens[first + column]?.piece ?? ''} (${first + column})`,
        ...Array.from({ length: 3 }, (_, rank) => [ranked[rank]?.piece ?? '', ranked[rank]?.probability ?? '']).flat(),
        ofFinal.data[layer * count + column]!,
      ]),
    ),
  };
}
