// A run as the page first hears of it: tokens and the top predictions after each; and the checks that come before a run.

import type { ModelTokenizer } from '../models/tokenizer';
import type { Program } from '../program/program';
import { UserError } from '../tensor/errors';
import type { Prediction, RunSummary } from './protocol';
import { logitRows, logSumExp, rowsAtOnce, topOf } from './questions/logits';
import type { Question } from './questions/question';

/** Predictions listed after every token. */
const listed = 10;

/** UserError 'bad-prompt' when a text holds nothing but special tokens. */
export function checkWords(ids: readonly number[], tokenizer: ModelTokenizer): void {
  if (ids.some((id) => !tokenizer.describe(id).special || tokenizer.describe(id).unknown)) return;
  throw emptyPrompt();
}

const emptyPrompt = () => new UserError('bad-prompt', 'The prompt is empty: type a few words and press Run.');

/** UserError 'bad-prompt' with a sentence for ids that the model cannot take. */
export function checkIds(ids: readonly number[], { contextLength, vocab }: Program): void {
  if (ids.length === 0) throw emptyPrompt();
  if (ids.length > contextLength) {
    throw new UserError(
      'bad-prompt',
      `The prompt has ${ids.length} tokens, this model takes ${contextLength}: shorten it by ${ids.length - contextLength}.`,
    );
  }
  const strange = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocab));
  if (strange !== undefined) {
    throw new UserError('bad-prompt', `There is no token ${strange}: the vocabulary has ${vocab}, 0 to ${vocab - 1}.`);
  }
}

export async function summarise(
  question: Question,
  tokenizer: ModelTokenizer,
): Promise<Pick<RunSummary, 'tokens' | 'predictions'>> {
  const { session, run } = question;
  const { vocab, blocks } = session.program;
  const predictions: Prediction[][] = [];
  const step = rowsAtOnce(vocab);
  for (let first = 0; first < run.ids.length; first += step) {
    const count = Math.min(step, run.ids.length - first);
    const logits = await logitRows(question, blocks, first, count);
    for (let row = 0; row < count; row++) {
      predictions.push(predictionsOf(logits.subarray(row * vocab, (row + 1) * vocab), listed, tokenizer));
    }
  }
  return { tokens: run.ids.map((id) => tokenizer.describe(id)), predictions };
}

/** The k best classes of one row of logits. */
export function predictionsOf(logits: ArrayLike<number>, k: number, tokenizer: ModelTokenizer): Prediction[] {
  return topOf(logits, k).map((id) => predictionOf(logits, id, tokenizer));
}

export function predictionOf(logits: ArrayLike<number>, id: number, tokenizer: ModelTokenizer): Prediction {
  const logit = logits[id]!;
  return { id, piece: tokenizer.describe(id).piece, logit, probability: Math.exp(logit - logSumExp(logits)) };
}
