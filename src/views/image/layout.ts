// Patches on a picture: which token is which square, what an arrow key leads to, and how a number becomes a colour that lets the picture through. Pure.

import type { ImageInput, Token } from '../../engine/protocol';
import type { Ramp } from '../shared/colourScale';

/** Squares row by row; they are the last tokens. */
export interface PatchGrid {
  readonly across: number;
  /** Tokens before the first patch: the model's own. */
  readonly first: number;
}

export interface Place {
  readonly row: number;
  readonly col: number;
}

/** null: the tokens are not those of such a picture. */
export function patchGrid({ side, patch }: Pick<ImageInput, 'side' | 'patch'>, tokens: number): PatchGrid | null {
  const across = Math.floor(side / patch);
  const first = tokens - across ** 2;
  return across > 0 && first >= 0 ? { across, first } : null;
}

/** null: one of the model's own tokens. */
export function placeOf({ across, first }: PatchGrid, token: number): Place | null {
  const patch = token - first;
  if (patch < 0 || patch >= across ** 2) return null;
  return { row: Math.floor(patch / across), col: patch % across };
}

export function tokenAt({ across, first }: PatchGrid, { row, col }: Place): number {
  return first + row * across + col;
}

/** "row 2, column 5"; a token of the model's own keeps its piece. */
export function patchName(grid: PatchGrid, tokens: readonly Token[], token: number): string {
  const place = placeOf(grid, token);
  return place === null ? (tokens[token]?.piece ?? '?') : `row ${place.row}, column ${place.col}`;
}

/** Tokens named as in `patchName`, for lists and speech. */
export function namedPatches(grid: PatchGrid, tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token, at) => ({ ...token, piece: patchName(grid, tokens, at) }));
}

const page = 4;

/** The token that a key leads to; null when the key does not move. Up from the first row goes to the model's own tokens, and back. */
export function moveToken(key: string, token: number, grid: PatchGrid): number | null {
  const { across, first } = grid;
  const place = placeOf(grid, token);
  if (place === null) {
    if (key === 'ArrowRight') return Math.min(first, token + 1);
    if (key === 'ArrowLeft') return Math.max(0, token - 1);
    if (key === 'ArrowDown') return first;
    return key === 'ArrowUp' || key === 'Home' ? 0 : key === 'End' ? first + across ** 2 - 1 : null;
  }
  const { row, col } = place;
  const to = (row: number, col: number) => tokenAt(grid, { row: clamp(row, across), col: clamp(col, across) });
  switch (key) {
    case 'ArrowLeft':
      return to(row, col - 1);
    case 'ArrowRight':
      return to(row, col + 1);
    case 'ArrowUp':
      return row === 0 && first > 0 ? first - 1 : to(row - 1, col);
    case 'ArrowDown':
      return to(row + 1, col);
    case 'PageUp':
      return to(row - page, col);
    case 'PageDown':
      return to(row + page, col);
    case 'Home':
      return to(row, 0);
    case 'End':
      return to(row, across - 1);
    default:
      return null;
  }
}

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));

export interface Tint {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  /** 0: the picture alone; 1: the colour alone. */
  readonly alpha: number;
}

/** Nothing is transparent, the strongest value covers with `opacity`. In between a little more than in proportion, so that weak parts show. */
export function tintOf(ramp: Ramp, value: number, opacity: number): Tint {
  const entry = ramp.index(value);
  const strength = ramp.kind === 'diverging' ? Math.abs(Math.min(entry, 254) - 127) / 127 : entry / 255;
  const [r, g, b] = new Uint8Array(ramp.lut.buffer, ramp.lut.byteOffset + 4 * entry, 3) as unknown as [
    number,
    number,
    number,
  ];
  return { r, g, b, alpha: opacity * strength ** 0.7 };
}

/** The ramp as it looks on the picture: what its legend shows. */
export function tintStops(ramp: Ramp, opacity: number): Tint[] {
  const [low, high] = ramp.domain;
  return Array.from({ length: 17 }, (_, at) => {
    const value = ramp.log ? low * (high / low) ** (at / 16) : low + ((high - low) * at) / 16;
    return tintOf(ramp, value, opacity);
  });
}

export const cssTint = ({ r, g, b, alpha }: Tint): string => `rgb(${r} ${g} ${b} / ${Number(alpha.toFixed(3))})`;
