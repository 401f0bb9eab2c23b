// One prompt tested: what every map says of it, what the model says once tokens are masked in each map's order, and whether a map's top token is one
// that is known to be responsible. Asks an engine; the sums over prompts are summary.ts.

import type {
  CallOptions,
  EngineApi,
  Masking,
  ModelInfo,
  Prediction,
  PromptRequest,
  RunSummary,
} from '../engine/protocol';
import { UserError } from '../tensor/errors';
import { type Answered, type Deletion, deletionOf, type Removal, setKey, variantsOf } from './deletion';
import { type Range, tokensIn } from './markedPrompts';
import { orderOf } from './orders';
import type { Ranking, RankingEngine, RankingQuestion } from './rankings';

export type StudyEngine = Pick<EngineApi, 'run' | 'lookUp'> & RankingEngine;

export interface StudyPrompt {
  readonly input: PromptRequest;
  /** The answer by its word; null: the model's own. */
  readonly answer: string | null;
  /** Words that the contrast compares it with; none: the runner-up. */
  readonly foils: readonly string[];
  /** Whether the model's own first choice is right; null: whatever it is. */
  readonly right: ((piece: string) => boolean) | null;
  /** Tokens known to be responsible, or the characters that they stand for; null: not known. */
  readonly responsible: readonly number[] | { readonly ranges: readonly Range[] } | null;
  /** Characters of a decoy: the same word where it is not responsible. */
  readonly decoys?: readonly Range[];
}

/** One way to draw a deletion curve. */
export interface Setting {
  readonly name: string;
  readonly fractions: readonly number[];
  readonly matched: boolean;
}

export interface StudyOptions {
  readonly model: ModelInfo;
  readonly rankings: readonly Ranking[];
  /** What masked tokens become. */
  readonly masking: Masking;
  /** None: only localisation is asked. */
  readonly settings: readonly Setting[];
  /** Decides ties and random orders; a prompt of its own seed each. */
  readonly seed: number;
  readonly call: CallOptions;
}

export interface StudiedPrompt {
  readonly run: RunSummary;
  readonly token: number;
  readonly answer: Prediction;
  readonly maskedBy: string;
  readonly eligible: readonly number[];
  readonly rankings: ReadonlyMap<string, RankedPrompt>;
  /** Why a ranking is missing. */
  readonly missing: ReadonlyMap<string, string>;
  /** Chance that a token drawn at random is responsible; null: not known which are. */
  readonly chance: number | null;
}

export interface RankedPrompt {
  readonly scores: ArrayLike<number>; // [token]
  /** By the setting's name. */
  readonly deletions: ReadonlyMap<string, Deletion>;
  /** Whether the top eligible token is responsible; null: not known which are. */
  readonly hit: boolean | null;
  /** 1 where the best responsible token is above the best of the decoy, 0 where it is below, ½ where they are level; null: there is no decoy. */
  readonly overDecoy: number | null;
}

/**
 * null when the model's own answer is wrong: why it says something else is not known. UserError 'bad-prompt' when there are fewer than two tokens to
 * compare, or a word is no token of the model.
 */
export async function studyPrompt(
  engine: StudyEngine,
  prompt: StudyPrompt,
  options: StudyOptions,
): Promise<StudiedPrompt | null> {
  const { call } = options;
  const run = await engine.run(prompt.input, call);
  const token = run.answerToken ?? run.tokens.length - 1;
  const top = run.predictions[token]?.[0];
  if (!top)
    throw new UserError(
      'bad-request',
      'This model predicts nothing: there is no answer whose probability could change.',
    );
  if (prompt.right?.(top.piece) === false) return null;
  const rivals = await idsOf(engine, prompt.foils, call);
  const named = prompt.answer === null ? null : (await idsOf(engine, [prompt.answer], call))[0]!;
  const { responsible, decoys = [] } = prompt;
  const asked = { run, token, class: named, rivals, responsible, decoys };
  return studyRun(engine, asked, options);
}

/** An answer of a run that is there already. */
export interface StudyAnswer extends Required<Pick<StudyPrompt, 'responsible' | 'decoys'>> {
  readonly run: RunSummary;
  readonly token: number;
  /** null: the model's own. */
  readonly class: number | null;
  readonly rivals: readonly number[];
}

export async function studyRun(
  engine: RankingEngine,
  subject: StudyAnswer,
  options: StudyOptions,
): Promise<StudiedPrompt> {
  const { model, masking, settings, seed, call } = options;
  const { run, token, rivals } = subject;
  const asked = { token, class: subject.class, foils: [], masking };
  const unmasked = await engine.masked({ ...asked, variants: [] }, call);
  const { answer, eligible, maskedBy, logProbability } = unmasked;
  if (eligible.length < 2) {
    throw new UserError(
      'bad-prompt',
      `Only ${eligible.length} tokens of this prompt can be masked: orders need at least two.`,
    );
  }
  const question: RankingQuestion = {
    engine,
    model,
    run,
    token,
    class: answer.id,
    rivals,
    masking,
    eligible,
    seed,
    call,
  };
  const { scores, missing } = await scoresOf(question, options.rankings);

  const removalsOf = (one: ArrayLike<number>): Map<string, Removal> =>
    new Map(
      settings.map(({ name, fractions, matched }) => [name, { scores: one, eligible, fractions, seed, matched }]),
    );
  const removals = new Map([...scores].map(([name, one]) => [name, removalsOf(one)]));
  const variants = variantsOf([...removals.values()].flatMap((one) => [...one.values()]));
  const answers = new Map<string, Answered>([['', { logProbability, top: firstChoice(run, token, answer.id) }]]);
  if (variants.length > 0) {
    const reply = await engine.masked({ ...asked, class: answer.id, variants }, call);
    for (const [at, set] of variants.entries()) {
      answers.set(setKey(set), { logProbability: reply.logProbabilities[at]!, top: reply.tops[at]! });
    }
  }
  const known = knownTokens(subject.responsible, run)?.filter((one) => eligible.includes(one)) ?? null;
  const decoys = tokensIn(run, subject.decoys).filter((one) => eligible.includes(one));
  const ranked = [...scores].map(([name, one]): [string, RankedPrompt] => {
    const deletions = new Map(
      [...removals.get(name)!].map(([setting, removal]) => [setting, deletionOf(removal, answers)]),
    );
    const top = orderOf(one, eligible, 'most', seed)[0]!;
    const hit = known === null ? null : known.includes(top);
    return [name, { scores: one, deletions, hit, overDecoy: overDecoy(one, known, decoys) }];
  });
  return {
    run,
    token,
    answer,
    maskedBy,
    eligible,
    rankings: new Map(ranked),
    missing,
    chance: known && known.length / eligible.length,
  };
}

/** What the model says first on the whole prompt. */
function firstChoice(run: RunSummary, token: number, otherwise: number): number {
  return run.predictions[token]?.[0]?.id ?? otherwise;
}

function knownTokens(responsible: StudyPrompt['responsible'], run: RunSummary): readonly number[] | null {
  return responsible !== null && 'ranges' in responsible ? tokensIn(run, responsible.ranges) : responsible;
}

function overDecoy(
  scores: ArrayLike<number>,
  known: readonly number[] | null,
  decoys: readonly number[],
): number | null {
  if (known === null || known.length === 0 || decoys.length === 0) return null;
  const best = (tokens: readonly number[]) => Math.max(...tokens.map((token) => scores[token]!));
  return (Math.sign(best(known) - best(decoys)) + 1) / 2;
}

/** A ranking that this model does not have, or that has a score that is no number, is missing with a sentence; whatever else goes wrong is thrown. */
async function scoresOf(question: RankingQuestion, rankings: readonly Ranking[]) {
  const scores = new Map<string, ArrayLike<number>>();
  const missing = new Map<string, string>();
  for (const ranking of rankings) {
    try {
      const found = await ranking.scores(question);
      const strange = question.eligible.find((token) => !Number.isFinite(found[token]));
      if (strange === undefined) scores.set(ranking.name, found);
      else missing.set(ranking.name, `Token ${strange} has the score ${found[strange]}: there is no order.`);
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'bad-request')) throw error;
      missing.set(ranking.name, error.message);
    }
  }
  return { scores, missing };
}

async function idsOf(engine: StudyEngine, words: readonly string[], call: CallOptions): Promise<number[]> {
  if (words.length === 0) return [];
  const ids = await engine.lookUp(words, call);
  const unknown = words.find((_, at) => ids[at] === null);
  if (unknown === undefined) return ids as number[];
  throw new UserError('bad-prompt', `“${unknown}” is no single token of this model.`);
}
