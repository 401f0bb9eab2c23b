// What the page reads off the state: derived values in one place, pure.

import type { Fidelity, Plan, Progress } from '../engine/protocol';
import { questionOf } from './refine';
import type { Slot, Slots, State } from './store';

/** `document.documentElement.dataset.state`; tests and tutorials wait for it. */
export type PageState = 'stored' | 'loading' | 'running' | 'ready' | 'error';

export function pageState(state: State): PageState {
  if (state.activity === 'running') return 'running';
  if (state.activity === 'opening') return state.run?.origin === 'stored' ? 'stored' : 'loading';
  if (state.problem !== null) return 'error';
  // A model of images waits for its first picture: nothing is under way.
  if (state.run === null) return state.live && state.model?.image ? 'ready' : 'loading';
  if (state.run.origin === 'stored') return 'stored';
  return loadingSlots(state).length > 0 ? 'running' : 'ready';
}

export function loadingSlots(state: State): readonly Slot<unknown>[] {
  return Object.values(state.slots).filter((slot) => slot?.status === 'loading');
}

export function isBusy(state: State): boolean {
  return state.activity !== null || loadingSlots(state).length > 0;
}

// Constants, so that a selector returns the same object for the same state.
const starting: Readonly<Record<NonNullable<State['activity']>, Progress>> = {
  opening: { name: 'opening the model', share: 0, plan: null },
  running: { name: 'running the prompt', share: 0, plan: null },
};

/** What is being done right now: opening or running, else the first slot that has reported. */
export function currentProgress(state: State): Progress | null {
  if (state.progress !== null) return state.progress;
  if (state.activity !== null) return starting[state.activity];
  return loadingSlots(state).find(({ progress }) => progress !== null)?.progress ?? null;
}

export interface FidelityReport {
  readonly completeness: number | null;
  readonly conservation: number | null;
  readonly logits: number | null;
  readonly logitsNote: string | null;
  readonly logitsPending: boolean;
}

/** The worst measured errors of everything on the screen. */
export function fidelityReport(slots: Slots): FidelityReport {
  const measured: Fidelity[] = [];
  for (const slot of Object.values(slots)) {
    const value: unknown = slot?.value;
    if (typeof value === 'object' && value !== null && 'fidelity' in value) measured.push(value.fidelity as Fidelity);
  }
  const worst = (pick: (fidelity: Fidelity) => number | null) =>
    measured.map(pick).reduce<number | null>((a, b) => (b === null ? a : Math.max(a ?? 0, b)), null);
  return {
    completeness: worst(({ completeness }) => completeness),
    conservation: worst(({ conservation }) => conservation),
    logits: slots.logits?.value?.error ?? null,
    logitsNote: slots.logits?.value?.note ?? slots.logits?.error ?? null,
    logitsPending: slots.logits?.status === 'loading',
  };
}

/** The plan of the heaviest result on the screen. */
export function heaviestPlan(slots: Slots): { readonly plan: Plan; readonly seconds: number } | null {
  let heaviest: { plan: Plan; seconds: number } | null = null;
  for (const slot of Object.values(slots)) {
    const value = slot?.value;
    if (!value || !('provenance' in value) || value.provenance.plan === null) continue;
    const { plan, seconds } = value.provenance;
    if (heaviest === null || plan.flops > heaviest.plan.flops) heaviest = { plan, seconds };
  }
  return heaviest;
}

/** A slot's picture answers an older question of the same run: shown dimmed. An estimate that is being refined is none. */
export function isStale({ value, valueKey, key }: Slot<unknown>): boolean {
  return value !== null && (valueKey === null || questionOf(valueKey) !== questionOf(key));
}
