// Which numbers lie over the picture: the explained token's row of the chosen result, if that result answers what is asked now.

import { mapTitle } from '../../state/help';
import { isStale } from '../../state/selectors';
import type { State } from '../../state/store';
import { explainedTokens, pinnedToken } from '../../state/wants';
import { mapOverlay, type Overlay, rowOverlay } from '../../views/image/overlay';

export interface ShownOverlay {
  readonly title: string;
  /** null: not there, or the answer to an older question. */
  readonly value: Overlay | null;
  /** Why there is none. */
  readonly note: string | null;
}

export function shownOverlay({ run, slots, settings }: Pick<State, 'run' | 'slots' | 'settings'>): ShownOverlay {
  const { overlay, map } = settings;
  if (run === null) return { title: '', value: null, note: null };
  const { summary } = run;
  const { tokens } = summary;
  if (overlay === 'row') {
    const title = 'Tensor, class';
    const slot = slots.row;
    if (slot === undefined) {
      const [at] = explainedTokens(settings, summary, null);
      const note = `No class is read at token ${tokens[at!]?.piece ?? '?'} (${at}): choose another overlay, or the token that is read.`;
      return { title, value: null, note };
    }
    if (slot.value === null || isStale(slot)) return { title, value: null, note: slot.error ?? 'waiting …' };
    return { title, value: rowOverlay(slot.value), note: null };
  }
  // A panel that shows the chosen collapse already is not asked for twice.
  const slot = overlay === 'tensor' ? (slots.tensor ?? slots[map]) : slots[overlay];
  const title = mapTitle(overlay === 'tensor' ? map : overlay);
  if (!slot?.value || isStale(slot)) return { title, value: null, note: slot?.error ?? 'waiting …' };
  return {
    title,
    value: mapOverlay(title, slot.value.matrix, pinnedToken(settings, summary), tokens.length),
    note: null,
  };
}
