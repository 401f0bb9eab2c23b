// What a test of faithfulness would cost, before it is computed: on the answer of the page, exactly as its runs and maps are priced; on a list of
// prompts from the same prices, scaled to how long the prompts are taken to be.

import type { Ranking } from '../analysis/rankings';
import type { StudyPrompt } from '../analysis/study';
import type { CallOptions, EngineApi, MaskedRequest, ModelInfo, Plan, RunSummary } from '../engine/protocol';
import { UserError } from '../tensor/errors';
import { mostRuns } from './studyChoices';

export interface StudyPrice {
  /** Of the question. */
  readonly key: string;
  /** At most so many runs of the model. */
  readonly runs: number;
  /** null: how fast the device is, is not known yet. */
  readonly seconds: number | null;
  readonly flops: number;
}

export interface ListPrice extends StudyPrice {
  readonly prompts: number;
  /** Of all prompts together, estimated from their characters. */
  readonly tokens: number;
}

export interface Priced {
  readonly engine: Pick<EngineApi, 'plan' | 'planMasked'>;
  readonly model: ModelInfo;
  readonly rankings: readonly Ranking[];
  /** One masked run. */
  readonly asked: MaskedRequest;
  readonly call: CallOptions;
}

type Cost = Pick<Plan, 'flops' | 'seconds'>;

/** On the page's run: one masked run, and what every ranking takes by itself. */
interface UnitPrices {
  readonly run: Cost;
  /** All rows together: they grow with the tokens. */
  readonly rows: Cost;
  /** All maps together: they grow with the square of the tokens. */
  readonly maps: Cost;
}

const free: Cost = { flops: 0, seconds: 0 };

function plus(a: Cost, b: Cost, times = 1): Cost {
  const seconds = a.seconds === null || b.seconds === null ? null : a.seconds + times * b.seconds;
  return { flops: a.flops + times * b.flops, seconds };
}

async function unitPrices({ engine, model, rankings, asked, call }: Priced, tokens: number): Promise<UnitPrices> {
  const run = await engine.planMasked({ ...asked, variants: [[]] }, call);
  let maps = free;
  for (const { map } of rankings) {
    // A map that is not defined for this model costs nothing: it will be missing, with a sentence.
    const plan = map ? await engine.plan(map(model), call).catch(unlessCancelled) : null;
    if (plan) maps = plus(maps, plan);
  }
  const rowCount = rankings.filter(({ price }) => price === 'row').length;
  if (rowCount === 0) return { run, maps, rows: free };
  // A row is one of as many backward passes as a class map takes for all tokens.
  const scope = { range: [0, model.blocks], gateRule: 'half' } as const;
  const all = await engine
    .plan({ map: 'in_class', class: null, direction: { kind: 'centred' }, ...scope }, call)
    .catch(unlessCancelled);
  return { run, maps, rows: all ? plus(free, all, rowCount / tokens) : free };
}

/** UserError where the run cannot be masked at all. */
export async function priceOfRun(
  priced: Priced,
  key: string,
  tokens: number,
  eligible: number,
  fractions: readonly number[],
): Promise<StudyPrice> {
  const { run, rows, maps } = await unitPrices(priced, tokens);
  const runs = mostRuns(priced.rankings, eligible, fractions);
  return { key, runs, ...plus(plus(maps, rows), run, runs) };
}

/** `fractions` null: localisation alone. `eligible`: tokens of the page's run that may be masked. */
export async function priceOfList(
  priced: Priced,
  key: string,
  prompts: readonly StudyPrompt[],
  { summary, prompt }: { readonly summary: RunSummary; readonly prompt: string },
  eligible: number,
  fractions: readonly number[] | null,
): Promise<ListPrice> {
  const own = summary.tokens.length;
  const units = await unitPrices(priced, own);
  let sum: Cost = free;
  let [runs, tokens] = [0, 0];
  for (const { input } of prompts) {
    const length = lengthOf(input, summary, prompt);
    const share = length / own;
    // The run itself, and its masked ones.
    const maskable = Math.max(0, length - (own - eligible));
    const count = 1 + mostRuns(priced.rankings, maskable, fractions ?? []);
    sum = plus(plus(plus(sum, units.run, count * share), units.rows, share), units.maps, share ** 2);
    runs += count;
    tokens += length;
  }
  return { key, prompts: prompts.length, tokens, runs, ...sum };
}

/** Tokens of a prompt: its ids, or as many for its characters as the page's prompt has for its own. */
function lengthOf(input: StudyPrompt['input'], { tokens }: RunSummary, prompt: string): number {
  if ('ids' in input) return input.ids.length;
  if (!('text' in input)) return tokens.length;
  const special = tokens.filter((token) => token.special).length;
  const perCharacter = prompt === '' ? 0.25 : (tokens.length - special) / prompt.length;
  return Math.max(1, special + Math.round(input.text.length * perCharacter));
}

function unlessCancelled(error: unknown): null {
  if (error instanceof UserError && error.code === 'cancelled') throw error;
  return null;
}
