// Labels of axes: what is written for a token or a channel, shortened and thinned when there is no room. Pure.

import type { Token } from '../../engine/protocol';

/** A label on an axis. `index` is the position in the matrix, which stays true when neighbours are hidden. */
export interface Label {
  readonly index: number;
  /** Token piece; empty for axes that are only counted (channels, layers). */
  readonly text: string;
}

export function tokenLabels(tokens: readonly Token[]): Label[] {
  return tokens.map((token, index) => ({ index, text: token.piece }));
}

export function countLabels(length: number): Label[] {
  return Array.from({ length }, (_, index) => ({ index, text: '' }));
}

/** "mary (2)", or "12" where there is no text. */
export function spoken(label: Label | undefined): string {
  if (label === undefined) return '?';
  return label.text === '' ? String(label.index) : `${label.text} (${label.index})`;
}

/** At most `length` characters, the last of them "…". Counts code points, so that no emoji is cut in two. */
export function truncate(text: string, length: number): string {
  const points = [...text];
  return points.length <= length ? text : `${points.slice(0, Math.max(0, length - 1)).join('')}…`;
}

/** Code points, a good measure of width in a monospace face for most scripts; wide scripts count twice. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const point of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(point)
      ? 2
      : 1;
  return columns;
}

/** Smallest of 1, 2, 5, 10, 20, 50, … that is at least `least`. */
export function niceStep(least: number): number {
  for (let power = 1; ; power *= 10) {
    for (const factor of [1, 2, 5]) if (factor * power >= least) return factor * power;
  }
}

/**
 * Which of `count` labels, `spacing` pixels apart, can be written when neighbours need `gap` pixels. `kept` come first, most important first:
 * they are written even between the regular steps and push regular labels aside. `start`: number of the first label, so that steps fall on round
 * numbers in a zoomed picture too.
 */
export function thin(count: number, spacing: number, gap: number, kept: readonly number[] = [], start = 0): number[] {
  const apart = Math.max(1, Math.ceil(gap / spacing - 1e-9));
  const chosen = new Set<number>();
  const free = (index: number): boolean => {
    for (let near = index - apart + 1; near < index + apart; near++) if (chosen.has(near)) return false;
    return true;
  };
  for (const index of kept) if (index >= 0 && index < count && free(index)) chosen.add(index);
  const step = niceStep(apart);
  for (let index = (step - (start % step)) % step; index < count; index += step) if (free(index)) chosen.add(index);
  return [...chosen].sort((a, b) => a - b);
}
