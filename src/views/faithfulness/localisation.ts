// The table of localisation: rankings by families of sentences. Pure.

import type { Interval } from '../../analysis/intervals';
import type { Ranking } from '../../analysis/rankings';
import type { StudiedPrompt } from '../../analysis/study';
import { chanceOf, hitRows } from '../../analysis/summary';

export interface LocalisationTable {
  readonly families: readonly { readonly title: string; readonly prompts: number; readonly chance: number }[];
  /** null where the ranking is missing in the family. */
  readonly rows: readonly {
    readonly group: string;
    readonly title: string;
    readonly control: boolean;
    readonly rates: readonly (Interval | null)[]; // [family]
  }[];
}

/** Families without a prompt that counts are left out. */
export function localisationOf(
  groups: readonly { readonly title: string; readonly prompts: readonly StudiedPrompt[] }[],
  rankings: readonly Ranking[],
): LocalisationTable {
  const known = groups.filter(({ prompts }) => prompts.length > 0);
  const hits = known.map(({ prompts }) => hitRows(prompts, rankings));
  const names = new Map(rankings.map((one) => [one.group, one]));
  const rows = [...names.values()].map(({ group, title, control }) => ({
    group,
    title,
    control,
    rates: hits.map((list) => list.find((row) => row.group === group)?.rate ?? null),
  }));
  return {
    families: known.map(({ title, prompts }) => ({ title, prompts: prompts.length, chance: chanceOf(prompts) })),
    rows: rows.filter(({ rates }) => rates.some((rate) => rate !== null)),
  };
}
