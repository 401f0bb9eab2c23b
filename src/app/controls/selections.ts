// What of the state the controls are drawn from. Nothing that changes while work goes on (progress, answers that change no word) may be among it:
// a redraw closes an open list of choices in some browsers, and costs frames while the device is busy.

import type { State } from '../../state/store';
import { isPreview, pieceOf, targetWords } from '../../state/target';

export function controlsSelection(state: State) {
  const { settings, model, run } = state;
  return { settings, model, run, words: targetWords(state), preview: isPreview(state) };
}

export function targetSelection(state: State) {
  const { settings, run, model } = state;
  return {
    settings,
    run,
    labels: model?.labels ?? null,
    chosen: settings.class === null ? null : pieceOf(settings.class, state),
  };
}

/** The rivals as words, in their order. */
export function rivalsSelection(state: State): readonly string[] {
  return state.settings.rivals.map((id) => pieceOf(id, state));
}
