// One model tested on its sets of prompts. What comes out is plain data: the tables of docs/FAITHFULNESS.md are written from it.

import { fewTokens, type Measure, mostTokens } from '../../src/analysis/deletion';
import type { Interval } from '../../src/analysis/intervals';
import { type Ranking, rankings } from '../../src/analysis/rankings';
import { type Setting, type StudiedPrompt, studyPrompt } from '../../src/analysis/study';
import { type AreaRow, areaRows, chanceOf, decoyRows, type HitRow, hitRows } from '../../src/analysis/summary';
import { createNodeEngine } from '../../src/cli/nodeEngine';
import type { DeviceChoice } from '../../src/engine/protocol';
import type { PromptSet, Subject } from './sets';

export interface Wish {
  readonly device: DeviceChoice;
  /** At most so many prompts a set; null: all. */
  readonly prompts: number | null;
  /** Localisation alone. */
  readonly deletes: boolean;
  /** Names of rankings; null: all that the model has and its size allows. */
  readonly rankings: readonly string[] | null;
  readonly say: (line: string) => void;
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
} as const satisfies Record<string, Setting>;

/** The tables that are kept of every set. */
const tables: readonly [Setting, Measure][] = [
  [settings.most, 'probability'],
  [settings.most, 'logProbability'],
  [settings.most, 'agreement'],
  [settings.few, 'probability'],
  [settings.few, 'relative'],
  [settings.few, 'logProbability'],
  [settings.matched, 'probability'],
];

/** What differences are taken from: the tensor's class map, contrasted where foils are known, else centred. */
const referenceOf = ({ small }: Subject) => (small ? 'in_class:contrast' : 'in_class:centred');

/** What a model too large for a pass a source, or for all pairs of a flow, is asked. */
const affordable = ({ price }: Ranking) => price === 'nothing' || price === 'row';

export async function measure(subject: Subject, wish: Wish): Promise<ModelResult> {
  const engine = createNodeEngine();
  try {
    const model = await engine.open({ model: subject.address, device: wish.device });
    const asked = rankings.filter((ranking) =>
      wish.rankings ? wish.rankings.includes(ranking.name) : subject.small || affordable(ranking),
    );
    const missing: Record<string, string> = {};
    const results: SetResult[] = [];
    let maskedBy = '';
    for (const set of subject.sets()) {
      const started = performance.now();
      const studied: StudiedPrompt[] = [];
      const prompts = set.prompts.slice(0, wish.prompts ?? set.prompts.length);
      for (const [seed, prompt] of prompts.entries()) {
        const one = await studyPrompt(engine, prompt, {
          model,
          rankings: asked,
          masking: subject.masking(model),
          settings: wish.deletes ? Object.values(settings) : [],
          seed,
          call: {},
        });
        if (one) studied.push(one);
        for (const [name, sentence] of one?.missing ?? []) missing[name] = sentence;
        wish.say(`${subject.name} ${set.name} ${seed + 1}/${prompts.length}${one ? '' : ' (answered otherwise)'}`);
      }
      if (studied.length === 0) continue;
      maskedBy = studied[0]!.maskedBy;
      results.push(summarise(set, studied, prompts.length, asked, wish.deletes, referenceOf(subject)));
      wish.say(`${subject.name} ${set.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
    }
    const { title, device } = model;
    return {
      name: subject.name,
      title,
      device: device.name,
      maskedBy,
      gateRule: 'half',
      reference: referenceOf(subject),
      sets: results,
      missing,
    };
  } finally {
    engine.dispose();
  }
}

function summarise(
  { name, title }: PromptSet,
  studied: readonly StudiedPrompt[],
  of: number,
  asked: readonly Ranking[],
  deletes: boolean,
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
    tables: deletes
      ? tables.map(([setting, measure]) => ({
          setting: setting.name,
          measure,
          rows: areaRows(studied, asked, setting, measure, reference).map(shortArea),
        }))
      : [],
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
