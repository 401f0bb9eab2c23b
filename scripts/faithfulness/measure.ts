// One model tested on its sets of prompts. What comes out is plain data: the tables of docs/FAITHFULNESS.md are written from it.

import { fewTokens, type Measure, mostTokens } from '../../src/analysis/deletion';
import type { Interval } from '../../src/analysis/intervals';
import { type Ranking, rankings } from '../../src/analysis/rankings';
import { type Setting, type StudiedPrompt, studyPrompt } from '../../src/analysis/study';
import { type AreaRow, areaRows, chanceOf, decoyRows, type HitRow, hitRows } from '../../src/analysis/summary';
import { createNodeEngine } from '../../src/cli/nodeEngine';
import type { DeviceChoice } from '../../src/engine/protocol';
import { UserError } from '../../src/tensor/errors';
import { titleOf } from '../lib/modelTitle';
import type { PromptSet, Subject } from './sets';

export interface Wish {
  readonly device: DeviceChoice;
  /** At most so many prompts a set; null: all. */
  readonly prompts: number | null;
  /** Localisation alone. */
  readonly deletes: boolean;
  /** Names or groups of rankings; null: all that the model has and its size allows. */
  readonly rankings: readonly string[] | null;
  /** Names of sets; null: all. */
  readonly sets: readonly string[] | null;
  readonly say: (line: string) => void;
  /** Whether the figures of a set are there already. */
  readonly has: (set: PromptSet, rankings: readonly Ranking[]) => boolean;
  /** Called after every set (where prompts take minutes, after each), with all that is measured so far. */
  readonly keep: (result: ModelResult) => void;
}

export interface Table {
  readonly setting: string;
  readonly measure: Measure;
  readonly rows: readonly AreaRow[];
}

export interface SetResult {
  readonly name: string;
  readonly title: string;
  /** Prompts that count: answered rightly. */
  readonly prompts: number;
  readonly of: number;
  /** Mean number of tokens that may be masked. */
  readonly eligible: number;
  /** Probability of the answer on the whole prompt, mean. */
  readonly probability: number;
  readonly chance: number;
  readonly hits: readonly HitRow[];
  readonly overDecoys: readonly HitRow[];
  /** Prompts that tokens were deleted from, when they are not the same: a run of fewer prompts was added. */
  readonly deleted?: number;
  readonly tables: readonly Table[];
}

export interface ModelResult {
  readonly name: string;
  readonly title: string;
  readonly device: string;
  readonly maskedBy: string;
  readonly gateRule: 'half';
  readonly reference: string;
  readonly sets: readonly SetResult[];
  /** Why a ranking is not in the tables. */
  readonly missing: Readonly<Record<string, string>>;
}

export const settings = {
  most: { name: '0–90 %', fractions: mostTokens, matched: false },
  few: { name: '0–30 %', fractions: fewTokens, matched: false },
  matched: { name: '0–90 %, distance-matched', fractions: mostTokens, matched: true },
  coarse: { name: '0–30 % in steps of 10', fractions: [0, 0.1, 0.2, 0.3], matched: false },
} as const satisfies Record<string, Setting>;

/** Where a masked run costs seconds, few of them can be asked. */
const settingsOf = ({ small }: Subject): readonly Setting[] =>
  small ? [settings.most, settings.few, settings.matched] : [settings.coarse];

/** The tables that are kept of every set, where their setting was measured. */
const tables: readonly [Setting, Measure][] = [
  [settings.most, 'probability'],
  [settings.most, 'logProbability'],
  [settings.most, 'agreement'],
  [settings.few, 'probability'],
  [settings.few, 'relative'],
  [settings.few, 'logProbability'],
  [settings.matched, 'probability'],
  [settings.coarse, 'probability'],
  [settings.coarse, 'logProbability'],
];

/** What differences are taken from: the tensor's class map, contrasted where foils are known, else centred. */
const referenceOf = ({ small }: Subject) => (small ? 'in_class:contrast' : 'in_class:centred');

/** What a model too large for a pass a source, or for all pairs of a flow, is asked. */
const affordable = ({ price }: Ranking) => price === 'nothing' || price === 'row';

/** The sets that `wish.has` does not have. */
export async function measure(subject: Subject, wish: Wish): Promise<ModelResult> {
  const engine = createNodeEngine();
  try {
    const model = await engine.open({ model: subject.address, device: wish.device });
    const reference = referenceOf(subject);
    const wished = wish.rankings && [...wish.rankings, ...(wish.deletes ? [reference] : [])];
    const asked = rankings.filter((ranking) =>
      wished
        ? wished.some((name) => name === ranking.name || name === ranking.group)
        : subject.small || affordable(ranking),
    );
    const chosen = wish.deletes ? settingsOf(subject) : [];
    const sets = subject.sets();
    refuseUnknown(
      '--rankings',
      wish.rankings,
      rankings.flatMap(({ name, group }) => [name, group]),
    );
    refuseUnknown(
      '--sets',
      wish.sets,
      sets.map(({ name }) => name),
    );
    const missing: Record<string, string> = {};
    const results: SetResult[] = [];
    let maskedBy = '';
    const measured = (sets: readonly SetResult[]): ModelResult => ({
      name: subject.name,
      title: titleOf(subject.name, model),
      device: model.device.name,
      maskedBy,
      gateRule: 'half',
      reference,
      sets,
      missing,
    });
    for (const set of sets) {
      if (wish.sets?.includes(set.name) === false || wish.has(set, asked)) continue;
      const started = performance.now();
      const studied: StudiedPrompt[] = [];
      const prompts = set.prompts.slice(0, wish.prompts ?? set.prompts.length);
      for (const [seed, prompt] of prompts.entries()) {
        const one = await studyPrompt(engine, prompt, {
          model,
          rankings: asked,
          masking: subject.masking(model),
          settings: chosen,
          seed,
          call: {},
        });
        if (one) studied.push(one);
        for (const [name, sentence] of one?.missing ?? []) missing[name] = sentence;
        if (!subject.small && wish.deletes && one && studied.length > 1) {
          // Minutes each: what is there when the run is stopped counts, over the prompts that were tried.
          maskedBy = one.maskedBy;
          wish.keep(measured([...results, summarise(set, studied, seed + 1, asked, chosen, reference)]));
        }
        wish.say(`${subject.name} ${set.name} ${seed + 1}/${prompts.length}${one ? '' : ' (answered otherwise)'}`);
      }
      if (studied.length === 0) continue;
      maskedBy = studied[0]!.maskedBy;
      results.push(summarise(set, studied, prompts.length, asked, chosen, reference));
      wish.keep(measured(results));
      wish.say(`${subject.name} ${set.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
    }
    return measured(results);
  } finally {
    engine.dispose();
  }
}

function refuseUnknown(option: string, given: readonly string[] | null, known: readonly string[]): void {
  const strange = given?.find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new UserError(
    'bad-request',
    `${option} does not know “${strange}”: there are ${[...new Set(known)].join(', ')}.`,
  );
}

function summarise(
  { name, title }: PromptSet,
  studied: readonly StudiedPrompt[],
  of: number,
  asked: readonly Ranking[],
  chosen: readonly Setting[],
  reference: string,
): SetResult {
  const meanOf = (value: (prompt: StudiedPrompt) => number) =>
    studied.reduce((sum, prompt) => sum + value(prompt), 0) / studied.length;
  const decoys = studied.every((prompt) => [...prompt.rankings.values()].every(({ overDecoy }) => overDecoy !== null));
  return {
    name,
    title,
    prompts: studied.length,
    of,
    eligible: rounded(meanOf(({ eligible }) => eligible.length)),
    probability: rounded(meanOf(({ answer }) => answer.probability)),
    chance: rounded(chanceOf(studied)),
    hits: hitRows(studied, asked).map(shortHit),
    overDecoys: decoys ? decoyRows(studied, asked).map(shortHit) : [],
    tables: tables
      .filter(([setting]) => chosen.includes(setting))
      .map(([setting, measure]) => ({
        setting: setting.name,
        measure,
        rows: areaRows(studied, asked, setting, measure, reference).map(shortArea),
      })),
  };
}

/** Files hold four decimals: no figure here is surer than that, and devices differ beyond. */
const rounded = (value: number) => Math.round(value * 1e4) / 1e4;
const shortInterval = ({ mean, low, high, count }: Interval): Interval => ({
  mean: rounded(mean),
  low: rounded(low),
  high: rounded(high),
  count,
});
const shortHit = (row: HitRow): HitRow => ({ ...row, rate: shortInterval(row.rate) });
const shortArea = (row: AreaRow): AreaRow => ({
  ...row,
  morf: shortInterval(row.morf),
  lerf: shortInterval(row.lerf),
  gap: shortInterval(row.gap),
  against: row.against && shortInterval(row.against),
});
