// What `?debug=1` has been told: the last answers of the engine, newest first. A store of its own: the page knows nothing of it.

import { createStore } from 'zustand/vanilla';
import type { Answered } from '../../engine/protocol';

export interface Numbered extends Answered {
  readonly number: number;
}

const kept = 60;

export const answers = createStore<{ readonly list: readonly Numbered[]; readonly count: number }>(() => ({
  list: [],
  count: 0,
}));

export function add(answered: Answered): void {
  answers.setState(({ list, count }) => ({
    list: [{ ...answered, number: count + 1 }, ...list].slice(0, kept),
    count: count + 1,
  }));
}
