// Many tested prompts added up: areas with bootstrap intervals over prompts, paired differences, hit rates with Wilson intervals. Draws of one control
// (random orders) are averaged prompt by prompt first. A ranking that is missing on some prompt is left out of the whole set: sums compare like with like.

import { type Areas, areasOf, type Measure } from './deletion';
import { bootstrapMean, type Interval, pairedDifference, wilsonRate } from './intervals';
import type { Ranking } from './rankings';
import type { Setting, StudiedPrompt } from './study';

const seed = 1;

export interface AreaRow {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  readonly morf: Interval;
  readonly lerf: Interval;
  readonly gap: Interval;
  /** Gap minus the reference's, paired by prompt; null for the reference itself, and where it is missing. */
  readonly against: Interval | null;
}

export interface HitRow {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  /** Wilson; of draws the bootstrap interval of their mean. */
  readonly rate: Interval;
}

interface Group {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  readonly names: readonly string[];
}

/** In the order of the rankings, those that every prompt has. */
function groupsOf(prompts: readonly StudiedPrompt[], rankings: readonly Ranking[]): Group[] {
  const groups = new Map<string, Group & { names: string[] }>();
  for (const { name, group, title, control } of rankings) {
    if (!prompts.every((prompt) => prompt.rankings.has(name))) continue;
    const known = groups.get(group);
    if (known) known.names.push(name);
    else groups.set(group, { group, title, control, names: [name] });
  }
  return [...groups.values()];
}

/** Rows of one table: one a ranking. `reference`: the group that differences are taken from. */
export function areaRows(
  prompts: readonly StudiedPrompt[],
  rankings: readonly Ranking[],
  setting: Setting,
  measure: Measure,
  reference: string,
): AreaRow[] {
  const values = groupsOf(prompts, rankings).map((group) => ({
    group,
    areas: prompts.map((prompt) =>
      meanAreas(
        group.names.map((name) =>
          areasOf(prompt.rankings.get(name)!.deletions.get(setting.name)!, measure, setting.fractions),
        ),
      ),
    ),
  }));
  const gaps = (areas: readonly Areas[]) => areas.map(({ gap }) => gap);
  const base = values.find(({ group }) => group.group === reference);
  return values.map(({ group, areas }) => ({
    group: group.group,
    title: group.title,
    control: group.control,
    morf: bootstrapMean(
      areas.map(({ morf }) => morf),
      seed,
    ),
    lerf: bootstrapMean(
      areas.map(({ lerf }) => lerf),
      seed,
    ),
    gap: bootstrapMean(gaps(areas), seed),
    against: !base || base.group === group ? null : pairedDifference(gaps(areas), gaps(base.areas), seed),
  }));
}

/** Mean curves of one end with their pointwise bootstrap intervals, [fraction] each, by group. */
export function curveRows(
  prompts: readonly StudiedPrompt[],
  rankings: readonly Ranking[],
  setting: Setting,
  measure: Measure,
): {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  readonly morf: Interval[];
  readonly lerf: Interval[];
}[] {
  return groupsOf(prompts, rankings).map(({ group, title, control, names }) => {
    const curve = (end: 'morf' | 'lerf') =>
      setting.fractions.map((_, at) =>
        bootstrapMean(
          prompts.map((prompt) =>
            mean(names.map((name) => prompt.rankings.get(name)!.deletions.get(setting.name)![end][measure][at]!)),
          ),
          seed,
        ),
      );
    return { group, title, control, morf: curve('morf'), lerf: curve('lerf') };
  });
}

/** How often the top token is a responsible one. All prompts must know theirs. */
export function hitRows(prompts: readonly StudiedPrompt[], rankings: readonly Ranking[]): HitRow[] {
  return groupsOf(prompts, rankings).map(({ group, title, control, names }) => {
    const hits = prompts.map((prompt) => mean(names.map((name) => Number(prompt.rankings.get(name)!.hit))));
    const total = hits.reduce((sum, hit) => sum + hit, 0);
    return {
      group,
      title,
      control,
      rate: names.length === 1 ? wilsonRate(total, hits.length) : bootstrapMean(hits, seed),
    };
  });
}

/** How often the responsible occurrence of a word is above a decoy; level counts half. All prompts must have a decoy. */
export function decoyRows(prompts: readonly StudiedPrompt[], rankings: readonly Ranking[]): HitRow[] {
  return groupsOf(prompts, rankings).map(({ group, title, control, names }) => {
    const shares = prompts.map((prompt) => mean(names.map((name) => prompt.rankings.get(name)!.overDecoy!)));
    return { group, title, control, rate: bootstrapMean(shares, seed) };
  });
}

/** What a token drawn at random would reach, exactly. */
export function chanceOf(prompts: readonly StudiedPrompt[]): number {
  return mean(prompts.map(({ chance }) => chance ?? 0));
}

function meanAreas(areas: readonly Areas[]): Areas {
  const of = (key: keyof Areas) => mean(areas.map((one) => one[key]));
  return { morf: of('morf'), lerf: of('lerf'), gap: of('gap') };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
