// Every way to rank the input tokens of a prompt for one answer, in one table: what the faithfulness tests compare. A method joins by one line here.
// A ranking gives a score for every token of the prompt, larger = more relevant; what the engine computes it asks the engine for.

import type {
  CallOptions,
  Direction,
  EngineApi,
  MapRequest,
  MaskedRequest,
  Masking,
  MethodName,
  ModelInfo,
  RunSummary,
  Scope,
} from '../engine/protocol';
import { seededRandom } from '../tensor/random';

export type RankingEngine = Pick<EngineApi, 'map' | 'row' | 'masked' | 'wordMatch' | 'attribute'>;

/** What is ranked for: one answer of the engine's latest run. */
export interface RankingQuestion {
  readonly engine: RankingEngine;
  readonly model: ModelInfo;
  readonly run: RunSummary;
  /** Output token at which the answer stands. */
  readonly token: number;
  readonly class: number;
  /** What the answer is contrasted with; none: the runner-up. */
  readonly rivals: readonly number[];
  readonly masking: Masking;
  /** Tokens that may be masked. */
  readonly eligible: readonly number[];
  readonly seed: number;
  readonly call: CallOptions;
}

export interface Ranking {
  readonly name: string;
  readonly title: string;
  /** Rankings with the same group are draws of one: tables show their mean. */
  readonly group: string;
  /** A control knows nothing of the model, or everything. */
  readonly control: boolean;
  /** What its scores grow with, for choosing what is affordable: a row is one pull, a map one pass a source, removals one run a token. */
  readonly price: 'nothing' | 'row' | 'map' | 'flow' | 'removals';
  readonly scores: (question: RankingQuestion) => Promise<ArrayLike<number>>; // [token of the prompt]
  /** The whole map whose row the scores are, so that it can be priced; absent: there is none. */
  readonly map?: (model: ModelInfo) => MapRequest;
}

const scopeOf = ({ model }: Pick<RankingQuestion, 'model'>): Scope => ({ range: [0, model.blocks], gateRule: 'half' });

/** The row of the class map for one direction: one pull. */
function classRow(direction: (question: RankingQuestion) => Direction): Ranking['scores'] {
  return async (question) => {
    const { engine, token, class: chosen, call } = question;
    const target = { token, class: chosen, direction: direction(question) };
    return (await engine.row({ targets: [target], ...scopeOf(question) }, call)).contributions;
  };
}

/** The same with the biases shared among the sources. */
async function decompxRow(question: RankingQuestion): Promise<ArrayLike<number>> {
  const { engine, token, class: chosen, call } = question;
  const target = { token, class: chosen, direction: contrast(question) };
  return (await engine.row({ targets: [target], biases: 'absDot', ...scopeOf(question) }, call)).contributions;
}

/** A method that is no row of T, for the same contrast. */
function relevance(method: MethodName): Ranking['scores'] {
  return async (question) => {
    const { engine, token, class: chosen, call } = question;
    const target = { token, class: chosen, direction: contrast(question) };
    return (await engine.attribute({ target, method, gateRule: 'half' }, call)).relevance;
  };
}

/** The row of a map at the answer. */
export function mapRow(request: (model: ModelInfo) => MapRequest): Ranking['scores'] {
  return async ({ engine, model, token, call }) => {
    const { matrix } = await engine.map(request(model), call);
    const width = matrix.cols.length;
    return matrix.data.subarray(token * width, (token + 1) * width);
  };
}

const contrast = ({ rivals }: RankingQuestion): Direction => ({ kind: 'contrast', rivals });
const whole = ({ blocks }: ModelInfo) => [0, blocks] as const;

export const rankings: readonly Ranking[] = [
  ranking('in_class:contrast', 'Tensor, class (contrast)', 'row', classRow(contrast)),
  ranking(
    'in_class:centred',
    'Tensor, class (centred)',
    'row',
    classRow(() => ({ kind: 'centred' })),
  ),
  ranking(
    'in_class:logit',
    'Tensor, class (logit)',
    'row',
    classRow(() => ({ kind: 'logit' })),
  ),
  ranking(
    'in_class:logprob',
    'Tensor, class (log p)',
    'row',
    classRow(() => ({ kind: 'logprob' })),
  ),
  mapRanking('in_out', 'Tensor, in+out', 'map', (model) => ({ map: 'in_out', ...scopeOf({ model }) })),
  mapRanking('in', 'Tensor, in', 'map', (model) => ({ map: 'in', ...scopeOf({ model }) })),
  mapRanking('rollout', 'Attention rollout', 'map', (model) => ({ map: 'rollout', range: whole(model) })),
  mapRanking('flow', 'Attention flow', 'flow', (model) => ({ map: 'flow', range: whole(model) })),
  mapRanking('last_attention', 'Attention of the last block', 'nothing', ({ blocks }) => ({
    map: 'attention',
    layer: blocks - 1,
    head: null,
  })),
  mapRanking('rollout_attn_n', 'Rollout of Attn-N', 'map', (model) => ({ map: 'rollout_attn_n', range: whole(model) })),
  mapRanking('rollout_attn_res', 'Value-weighted rollout', 'map', (model) => ({
    map: 'rollout_attn_res',
    range: whole(model),
  })),
  mapRanking('globenc', 'GlobEnc', 'map', (model) => ({ map: 'globenc', range: whole(model) })),
  mapRanking('alti', 'ALTI', 'map', (model) => ({ map: 'alti', range: whole(model) })),
  ranking('decompx', 'DecompX, class (contrast)', 'row', decompxRow),
  ranking('attnlrp', 'AttnLRP, class (contrast)', 'row', relevance('attnlrp')),
  ranking('lrp_ah_ln', 'LRP-AH+LN, class (contrast)', 'row', relevance('lrp_ah_ln')),
  ranking('gradient_x_input', 'Gradient × input, class (contrast)', 'row', relevance('gradient_x_input')),
  control('match', 'Word match (no network)', 'nothing', ({ engine, class: chosen, call }) =>
    engine.wordMatch({ class: chosen }, call),
  ),
  control('recency', 'Recency (nearer = more relevant)', 'nothing', async ({ run }) => run.tokens.map((_, at) => at)),
  control('removal', 'Removal of one token (true effect)', 'removals', removal),
  ...randomOrders(3),
];

/** So many draws of one control. */
export function randomOrders(draws: number): Ranking[] {
  return Array.from({ length: draws }, (_, draw) => ({
    ...control(`random ${draw + 1}`, 'Random order', 'nothing', random(draw + 1)),
    group: 'random',
  }));
}

/** The rankings by their names, in the table's order. */
export function rankingsOf(names: readonly string[]): Ranking[] {
  return rankings.filter(({ name }) => names.includes(name));
}

function ranking(name: string, title: string, price: Ranking['price'], scores: Ranking['scores']): Ranking {
  return { name, title, group: name, control: false, price, scores };
}

function mapRanking(name: string, title: string, price: Ranking['price'], map: NonNullable<Ranking['map']>): Ranking {
  return { ...ranking(name, title, price, mapRow(map)), map };
}

function control(name: string, title: string, price: Ranking['price'], scores: Ranking['scores']): Ranking {
  return { name, title, group: name, control: true, price, scores };
}

/** Drop of log p when this token alone is masked: L runs more. */
async function removal({ engine, run, token, class: chosen, masking, eligible, call }: RankingQuestion) {
  const request: MaskedRequest = { token, class: chosen, foils: [], masking, variants: eligible.map((one) => [one]) };
  const { logProbability, logProbabilities } = await engine.masked(request, call);
  const scores = new Float64Array(run.tokens.length);
  for (const [at, one] of eligible.entries()) scores[one] = logProbability - logProbabilities[at]!;
  return scores;
}

/** Seeded by the draw and the prompt's own seed. */
function random(draw: number): Ranking['scores'] {
  return async ({ run, seed }) => {
    const next = seededRandom(seed * 31 + draw);
    return run.tokens.map(next);
  };
}
