// What must be said beside a table: ties, rankings that are missing, prompts that were left out. Pure.

import type { Ranking } from '../../analysis/rankings';
import type { Many, StudiedGroup } from '../../state/studies';

const titleOf = (rankings: readonly Ranking[], group: string) =>
  rankings.find((one) => one.group === group)?.title ?? group;

/** Ties are broken by a seeded shuffle; a map of one value has no order of its own at all. */
export function tieNotes(tied: ReadonlyMap<string, number>, rankings: readonly Ranking[], eligible: number): string[] {
  return [...tied].flatMap(([group, count]) => {
    if (count === 0) return [];
    const title = titleOf(rankings, group);
    return count === eligible
      ? [`${title}: no token has a score of its own, so its order is a seeded shuffle’s.`]
      : [`${title}: ${count} of ${eligible} tokens share their score with another; a seeded shuffle orders them.`];
  });
}

/** Rankings may be there under several names; each reason is said once. */
export function missingNotes(missing: ReadonlyMap<string, string>, rankings: readonly Ranking[]): string[] {
  return [
    ...new Set(
      [...missing].map(
        ([name, why]) => `${rankings.find((one) => one.name === name)?.title ?? name} is missing: ${why}`,
      ),
    ),
  ];
}

/** Which prompts count, and why others do not. */
export function manyNotes({ groups, rankings, setting, tried, of, maskedBy }: Many, deletes = true): string[] {
  const count = (of: (group: StudiedGroup) => number) => groups.reduce((sum, group) => sum + of(group), 0);
  const counted = count(({ prompts }) => prompts.length);
  const wrong = count(({ otherwise }) => otherwise);
  const skipped = groups.flatMap((group) => group.skipped.map((one) => ({ ...one, title: group.title })));
  const missing = new Map(groups.flatMap(({ prompts }) => prompts.flatMap((prompt) => [...prompt.missing])));
  return [
    ...(tried < of ? [`Only ${tried} of ${of} prompts were tried: this is a part of the answer.`] : []),
    `${counted} of ${tried} prompts count${deletes && maskedBy !== '' ? `; masked tokens become ${maskedBy}` : ''}.`,
    ...(deletes && setting.matched ? ['The orders are distance-matched.'] : []),
    ...(wrong > 0 ? [`${wrong} were answered wrongly, so why is not asked.`] : []),
    ...skipped.slice(0, 5).map(({ title, at, why }) => `Left out, ${title} ${at + 1}: ${why}`),
    ...(skipped.length > 5 ? [`${skipped.length - 5} more were left out.`] : []),
    ...missingNotes(missing, rankings),
    'Equal scores are ordered by a seeded shuffle.',
  ];
}
