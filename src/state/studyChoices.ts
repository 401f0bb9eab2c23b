// What the faithfulness tab compares, from what is on the screen. Pure.

import { fewTokens, mostTokens, removals } from '../analysis/deletion';
import { type Ranking, randomOrders, rankings } from '../analysis/rankings';
import type { Setting, StudyPrompt } from '../analysis/study';
import type { Masking, RunSummary } from '../engine/protocol';
import { modelKey, type Settings } from '../share/settings';
import { pinnedToken } from './wants';

/** Random orders that one control is the mean of. */
export const draws = 5;

const offered: readonly Ranking[] = [...rankings.filter(({ group }) => group !== 'random'), ...randomOrders(draws)];

/** Sentences of one family, or one reader's list. */
export interface PromptGroup {
  readonly name: string;
  readonly title: string;
  readonly prompts: readonly StudyPrompt[];
}

export interface Offered {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  readonly price: Ranking['price'];
}

/** One entry a group, in the order of the tables. */
export const offers: readonly Offered[] = [...new Map(offered.map((one) => [one.group, one])).values()].map(
  ({ group, title, control, price }) => ({
    group,
    title: group === 'random' ? `${title} (mean of ${draws})` : title,
    control,
    price,
  }),
);

/** The class map in the direction of the page, the map that the page shows where it is one of these, two of attention, and the controls. */
export function defaultGroups({ direction, map }: Pick<Settings, 'direction' | 'map'>): readonly string[] {
  return [`in_class:${direction}`, map, 'rollout', 'last_attention', 'recency', 'removal', 'random'];
}

export function chosenGroups(settings: Settings): readonly string[] {
  const wanted = settings.rankings ?? defaultGroups(settings);
  return offers.map(({ group }) => group).filter((group) => wanted.includes(group));
}

/** Of random orders all draws. */
export function chosenRankings(settings: Settings): readonly Ranking[] {
  const groups = chosenGroups(settings);
  return offered.filter(({ group }) => groups.includes(group));
}

export function settingOf({ fractions, matched }: Pick<Settings, 'fractions' | 'matched'>): Setting {
  return { name: 'curve', fractions: fractions === 'few' ? fewTokens : mostTokens, matched };
}

/**
 * At most so many masked runs: both ends of every ranking, at every fraction that removes another number of tokens. Two rankings that remove the same
 * tokens share a run, so it may be fewer.
 */
export function mostRuns(chosen: readonly Ranking[], eligible: number, fractions: readonly number[]): number {
  const counts = new Set(fractions.map((fraction) => removals(fraction, eligible)).filter((count) => count > 0));
  const alone = chosen.some(({ price }) => price === 'removals') ? eligible : 0;
  return 2 * counts.size * chosen.length + alone;
}

/**
 * The reader's choice where the model has it; else a mask token for a model that fills in masks, and for a decoder an unknown token of its own, which
 * training may have shown it. What ends texts means something, so it comes last, under either name.
 */
export function maskingOf(
  { masking }: Pick<Settings, 'masking'>,
  known: readonly { readonly masking: Masking; readonly words: string }[],
  causal: boolean,
): Masking | null {
  const end = known.find((one) => one.masking === 'end')?.words;
  const has = (one: Masking | null) => known.some((other) => other.masking === one);
  const apt = (one: Masking) => known.some((other) => other.masking === one && (one === 'zero' || other.words !== end));
  const preferred: readonly Masking[] = causal ? ['unknown', 'zero'] : ['mask', 'unknown', 'zero'];
  return has(masking) ? masking : (preferred.find(apt) ?? null);
}

/** One text for one question about this prompt: equal when the answer would be. */
export function hereKey(settings: Settings, run: RunSummary, masking: Masking | null): string {
  const { class: chosen, rivals, fractions, matched } = settings;
  const token = pinnedToken(settings, run);
  return JSON.stringify([run.run, token, chosen, rivals, chosenGroups(settings), masking, fractions, matched]);
}

/** The same for a list of prompts. */
export function listKey(settings: Settings, groups: readonly PromptGroup[], deletes: boolean): string {
  const { fractions, matched } = settings;
  const inputs = groups.map(({ prompts }) => prompts.map(({ input }) => input));
  return JSON.stringify([modelKey(settings), chosenGroups(settings), deletes, fractions, matched, inputs]);
}
