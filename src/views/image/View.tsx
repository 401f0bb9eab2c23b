// A picture as the model sees it, alone and with its patches as tokens: every patch a button, the explained token's row as colour over them, the model's own tokens
// in a strip above. Holds no state but which token the keyboard is on.

import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import '../views.css';
import './image.css';
import type { SeenPicture, Token } from '../../engine/protocol';
import { ramp as rampOf } from '../shared/colourScale';
import { Legend } from '../shared/Legend';
import { NumberTable } from '../shared/NumberTable';
import { formatNumber, formatPercent } from '../shared/numbers';
import { paint } from '../shared/pixels';
import { usePalette } from '../shared/usePalette';
import { overlayPixels, picturePixels } from './draw';
import { cssTint, moveToken, type PatchGrid, patchName, placeOf, tintStops } from './layout';
import { type Overlay, overlayRange, sizeOf, toTable } from './overlay';

export interface PictureViewProps {
  /** Accessible name of the figure. */
  readonly name: string;
  readonly picture: SeenPicture;
  readonly tokens: readonly Token[];
  readonly grid: PatchGrid;
  /** null: not computed yet. */
  readonly overlay: Overlay | null;
  /** One scale for several pictures; null: its own. */
  readonly domain?: readonly [low: number, high: number] | null;
  /** 0 … 1. */
  readonly opacity: number;
  readonly log: boolean;
  /** Pinned output tokens. */
  readonly pinned: readonly number[];
  /** The output token whose row lies over the picture. */
  readonly explained: number;
  /** Input token of interest: chosen, or under the pointer. */
  readonly source: number | null;
  readonly hovered: number | null;
  readonly onHover: (token: number | null) => void;
  readonly onPin: (token: number, add: boolean) => void;
  readonly children?: React.ReactNode;
}

export function PictureView(props: PictureViewProps) {
  const {
    name,
    picture,
    tokens,
    grid,
    overlay,
    opacity,
    log,
    pinned,
    domain = null,
    explained,
    hovered,
    onHover,
    onPin,
  } = props;
  const palette = usePalette();
  const plain = useRef<HTMLCanvasElement>(null);
  const under = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  /** Read out: where the keyboard is, not where the mouse passes. */
  const [spoken, setSpoken] = useState<number | null>(null);

  const ramp = useMemo(
    () => overlay && rampOf(overlay, overlayRange(overlay, grid), { domain, log: log && !overlay.signed }, palette),
    [overlay, grid, log, palette, domain],
  );
  useEffect(() => {
    const pixels = picturePixels(picture);
    for (const { current } of [plain, under]) if (current !== null) paint(current, pixels);
  }, [picture]);
  useEffect(() => {
    if (over.current === null) return;
    if (overlay === null || ramp === null) over.current.width = 0;
    else paint(over.current, overlayPixels(overlay.values, grid, ramp, opacity));
  }, [overlay, grid, ramp, opacity]);

  // Few pixels are shown as the squares that they are.
  const coarse = picture.side < 128 ? 'view-coarse' : '';
  const whole = overlay === null ? 0 : sizeOf(overlay);
  const named = useCallback((token: number) => `${patchName(grid, tokens, token)} (${token})`, [grid, tokens]);
  const reading = (token: number): string => {
    if (overlay === null) return named(token);
    const value = overlay.values[token]!;
    return `${named(token)}: ${formatNumber(value)}, ${formatPercent(Math.abs(value) / (whole || 1))} of Σ|·|`;
  };
  const current = Math.min(focused ?? explained, tokens.length - 1);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const next = moveToken(event.key, current, grid);
    if (next === null) return;
    event.preventDefault();
    setFocused(next);
    place.current?.querySelector<HTMLButtonElement>(`[data-token="${next}"]`)?.focus();
  };
  const enter = useCallback(
    (token: number, byKeyboard: boolean): void => {
      if (byKeyboard) setFocused(token);
      setSpoken(byKeyboard ? token : null);
      onHover(token);
    },
    [onHover],
  );
  const leave = useCallback(() => {
    setSpoken(null);
    onHover(null);
  }, [onHover]);

  const shown = hovered ?? props.source;
  const { across, first } = grid;
  const table = useCallback(() => toTable(overlay, grid, tokens), [overlay, grid, tokens]);
  return (
    <figure className="view view-picture" aria-label={name}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend into the picture */}
      <div
        ref={place}
        role="group"
        aria-label="Tokens"
        className="view-picture-tokens"
        onKeyDown={onKeyDown}
        onPointerLeave={leave}
      >
        {first > 0 && (
          <div className="view-own">
            {tokens.slice(0, first).map((token, at) => (
              <button
                // biome-ignore lint/suspicious/noArrayIndexKey: the position is the token's identity
                key={at}
                type="button"
                data-token={at}
                tabIndex={at === current ? 0 : -1}
                className="view-own-token"
                aria-pressed={pinned.includes(at)}
                data-explained={explained === at}
                data-hovered={hovered === at}
                onPointerEnter={() => enter(at, false)}
                onFocus={(event) => event.target.matches(':focus-visible') && enter(at, true)}
                onBlur={leave}
                onClick={(event) => onPin(at, event.shiftKey)}
              >
                <span className="view-token">{token.piece}</span> <span className="view-index">{at}</span>
                {overlay !== null && <b>{formatNumber(overlay.values[at]!)}</b>}
              </button>
            ))}
            <span className="view-note">the model’s own {first === 1 ? 'token' : 'tokens'}; the rest are patches</span>
          </div>
        )}
        <div className="view-picture-stage view-picture-plain" aria-hidden="true">
          <canvas ref={plain} className={coarse} />
          <Marks grid={grid} explained={explained} source={props.source} hovered={hovered} />
        </div>
        <div className="view-picture-stage">
          <div aria-hidden="true">
            <canvas ref={under} className={coarse} />
            <canvas ref={over} className="view-coarse" />
          </div>
          <div className="view-patches" style={{ gridTemplate: `repeat(${across}, 1fr) / repeat(${across}, 1fr)` }}>
            {Array.from({ length: across ** 2 }, (_, patch) => {
              const token = first + patch;
              return (
                <Patch
                  key={token}
                  token={token}
                  name={named(token)}
                  reachable={token === current}
                  pressed={pinned.includes(token)}
                  onEnter={enter}
                  onLeave={leave}
                  onPin={onPin}
                />
              );
            })}
          </div>
          <Marks grid={grid} explained={explained} source={props.source} hovered={hovered} />
        </div>
      </div>
      <figcaption>
        {ramp !== null && overlay !== null && (
          // The colours as they lie on the picture, over the page's own ground.
          <Legend ramp={ramp} unit={overlay.unit} stops={tintStops(ramp, opacity).map(cssTint)} />
        )}
        {props.children}
      </figcaption>
      <NumberTable name={name} table={table}>
        <output className="view-reading">
          {shown !== null && shown < tokens.length && (
            <>
              <span className="view-token">{patchName(grid, tokens, explained)}</span> ← {reading(shown)}
            </>
          )}
        </output>
      </NumberTable>
      <div className="view-unseen" aria-live="polite">
        {spoken !== null && spoken < tokens.length && reading(spoken)}
      </div>
    </figure>
  );
}

interface PatchProps {
  readonly token: number;
  readonly name: string;
  readonly reachable: boolean;
  readonly pressed: boolean;
  readonly onEnter: (token: number, byKeyboard: boolean) => void;
  readonly onLeave: () => void;
  readonly onPin: (token: number, add: boolean) => void;
}

/** Hundreds of them: one is drawn anew only when it changes itself. */
const Patch = memo(function Patch({ token, name, reachable, pressed, onEnter, onLeave, onPin }: PatchProps) {
  return (
    <button
      type="button"
      className="view-patch"
      data-token={token}
      tabIndex={reachable ? 0 : -1}
      aria-pressed={pressed}
      aria-label={name}
      onPointerEnter={(event) => event.pointerType === 'mouse' && onEnter(token, false)}
      onFocus={(event) => event.target.matches(':focus-visible') && onEnter(token, true)}
      onBlur={onLeave}
      onClick={(event) => onPin(token, event.shiftKey)}
    />
  );
});

interface MarksProps {
  readonly grid: PatchGrid;
  readonly explained: number;
  readonly source: number | null;
  readonly hovered: number | null;
}

/** Outlines of the explained, chosen and hovered patches. */
function Marks({ grid, explained, source, hovered }: MarksProps) {
  const marks = [
    ['explained', explained],
    ['source', source],
    ['hovered', hovered],
  ] as const;
  return marks.map(([kind, token]) => {
    const at = token === null ? null : placeOf(grid, token);
    if (at === null) return null;
    const size = 100 / grid.across;
    const box = { left: `${at.col * size}%`, top: `${at.row * size}%`, width: `${size}%`, height: `${size}%` };
    return <span key={kind} className={`view-mark view-mark-${kind}`} style={box} aria-hidden="true" />;
  });
}
