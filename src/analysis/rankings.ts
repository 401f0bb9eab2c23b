// Every way to rank the input tokens of a prompt for one answer, in one table: what the faithfulness tests compare. A method joins by one line here.
// A ranking gives a score for every token of the prompt, larger = more relevant; what the engine computes it asks the engine for.

import type {
  CallOptions,
  Direction,
  EngineApi,
  MapRequest,
  MaskedRequest,
  Masking,
  ModelInfo,
  OperatorName,
  RunSummary,
  Scope,
  Target,
} from '../engine/protocol';
import { UserError } from '../tensor/errors';
import { seededRandom } from '../tensor/random';

export type RankingEngine = Pick<EngineApi, 'map' | 'row' | 'masked' | 'wordMatch'> & {
  /** Oᵀ c, [source, channel], for operators other than T, and the residual stream x that it multiplies: the headless engine has them. */
  readonly operatorRow?: (target: Target, operator: OperatorName, scope: Scope) => Promise<ArrayLike<number>>;
  readonly hidden?: (block: number) => Promise<ArrayLike<number>>;
};

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
}

const scopeOf = ({ model }: RankingQuestion): Scope => ({ range: [0, model.blocks], gateRule: 'half' });

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

/** (Oᵀ c)_j · x_j of another operator, for the same contrast. */
function operatorRow(operator: OperatorName): Ranking['scores'] {
  return async (question) => {
    const { engine, token, class: chosen } = question;
    if (!engine.operatorRow || !engine.hidden)
      throw new UserError('bad-request', 'Rows of this operator are computed headless only.');
    const target = { token, class: chosen, direction: contrast(question) };
    const row = await engine.operatorRow(target, operator, scopeOf(question));
    const x = await engine.hidden(0);
    const scores = new Float64Array(question.run.tokens.length);
    const width = x.length / scores.length;
    for (let at = 0; at < row.length; at++) scores[Math.floor(at / width)]! += row[at]! * x[at]!;
    return scores;
  };
}

/** The row of a map at the answer. */
export function mapRow(request: (question: RankingQuestion) => MapRequest): Ranking['scores'] {
  return async (question) => {
    const { matrix } = await question.engine.map(request(question), question.call);
    const width = matrix.cols.length;
    return matrix.data.subarray(question.token * width, (question.token + 1) * width);
  };
}

const contrast = ({ rivals }: RankingQuestion): Direction => ({ kind: 'contrast', rivals });
const whole = ({ model }: RankingQuestion) => [0, model.blocks] as const;

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
  ranking(
    'in_out',
    'Tensor, in+out',
    'map',
    mapRow((question) => ({ map: 'in_out', ...scopeOf(question) })),
  ),
  ranking(
    'in',
    'Tensor, in',
    'map',
    mapRow((question) => ({ map: 'in', ...scopeOf(question) })),
  ),
  ranking(
    'rollout',
    'Attention rollout',
    'map',
    mapRow((question) => ({ map: 'rollout', range: whole(question) })),
  ),
  ranking(
    'flow',
    'Attention flow',
    'flow',
    mapRow((question) => ({ map: 'flow', range: whole(question) })),
  ),
  ranking(
    'last_attention',
    'Attention of the last block',
    'nothing',
    mapRow(({ model }) => ({ map: 'attention', layer: model.blocks - 1, head: null })),
  ),
  ranking(
    'rollout_attn_n',
    'Rollout of Attn-N',
    'map',
    mapRow((question) => ({ map: 'rollout_attn_n', range: whole(question) })),
  ),
  ranking(
    'rollout_attn_res',
    'Value-weighted rollout',
    'map',
    mapRow((question) => ({ map: 'rollout_attn_res', range: whole(question) })),
  ),
  ranking(
    'globenc',
    'GlobEnc',
    'map',
    mapRow((question) => ({ map: 'globenc', range: whole(question) })),
  ),
  ranking(
    'alti',
    'ALTI',
    'map',
    mapRow((question) => ({ map: 'alti', range: whole(question) })),
  ),
  ranking('decompx', 'DecompX, class (contrast)', 'row', decompxRow),
  ranking('attnlrp', 'AttnLRP, class (contrast)', 'row', operatorRow('attnlrp')),
  ranking('lrp_ah_ln', 'LRP-AH+LN, class (contrast)', 'row', operatorRow('lrp_ah_ln')),
  ranking('gradient_x_input', 'Gradient × input, class (contrast)', 'row', operatorRow('jacobian')),
  control('match', 'Word match (no network)', 'nothing', ({ engine, class: chosen, call }) =>
    engine.wordMatch({ class: chosen }, call),
  ),
  control('recency', 'Recency (nearer = more relevant)', 'nothing', async ({ run }) => run.tokens.map((_, at) => at)),
  control('removal', 'Removal of one token (true effect)', 'removals', removal),
  ...[1, 2, 3].map((draw) => ({
    ...control(`random ${draw}`, 'Random order', 'nothing', random(draw)),
    group: 'random',
  })),
];

/** The rankings by their names, in the table's order. */
export function rankingsOf(names: readonly string[]): Ranking[] {
  return rankings.filter(({ name }) => names.includes(name));
}

function ranking(name: string, title: string, price: Ranking['price'], scores: Ranking['scores']): Ranking {
  return { name, title, group: name, control: false, price, scores };
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
