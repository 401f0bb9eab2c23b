// What a click on a token or on a cell does to the pins. Pure.

import type { Settings } from '../share/settings';

type Pins = Pick<Settings, 'pinned' | 'source'>;

/**
 * `col` is given for a cell of a map, absent for a token of the strip. A click pins one row, the same click again releases it;
 * with `add` (shift) the row joins the others, and a token that is pinned already leaves them.
 */
export function pinsAfter(pins: Pins, row: number, col: number | undefined, add: boolean): Pins {
  const isPinned = pins.pinned.includes(row);
  if (add) {
    const leaves = isPinned && col === undefined;
    const pinned = leaves ? pins.pinned.filter((at) => at !== row) : [...new Set([...pins.pinned, row])];
    return { pinned, source: col ?? pins.source };
  }
  const again = isPinned && pins.pinned.length === 1 && (col === undefined || col === pins.source);
  if (again) return { pinned: [], source: null };
  return { pinned: [row], source: col ?? null };
}

type Explained = Pick<Settings, 'class' | 'rivals' | 'direction'>;

/**
 * What choosing a predicted token does: the first one chosen is explained, a second one is what it is held against ("mary, not john"),
 * choosing the explained one again goes back to the model's own prediction.
 */
export function targetAfter(now: Explained, id: number): Explained {
  if (now.class === null)
    return { class: id, rivals: [], direction: now.direction === 'contrast' ? 'centred' : now.direction };
  if (now.class === id)
    return { class: null, rivals: [], direction: now.direction === 'contrast' ? 'centred' : now.direction };
  const rivals = now.rivals.includes(id) ? now.rivals.filter((rival) => rival !== id) : [...now.rivals, id];
  return { class: now.class, rivals, direction: rivals.length > 0 ? 'contrast' : 'centred' };
}
