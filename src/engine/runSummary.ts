// A run as the page first hears of it: tokens and the top predictions after each; and the checks that come before a run.

import type { ModelTokenizer } from '../models/tokenizer';
import { isPixels, type Pixels, type RunInput } from '../program/input';
import type { Program } from '../program/program';
import { UserError } from '../tensor/errors';
import { describeShape, sameShape, sizeOf } from '../tensor/shape';
import type { Prediction, RunSummary } from './protocol';
import { logitRows, logSumExp, rowsAtOnce, topOf } from './questions/logits';
import type { Question } from './questions/question';
import { tokensOf } from './questions/tokens';

/** Predictions listed after every token. */
const listed = 10;

/** UserError 'bad-prompt' when a text holds nothing but special tokens. */
export function checkWords(ids: readonly number[], tokenizer: ModelTokenizer): void {
  if (ids.some((id) => !tokenizer.describe(id).special || tokenizer.describe(id).unknown)) return;
  throw emptyPrompt();
}

const emptyPrompt = () => new UserError('bad-prompt', 'The prompt is empty: type a few words and press Run.');

/** UserError 'bad-prompt' with a sentence for what the model cannot take. */
export function checkInput(input: RunInput, program: Program): void {
  if (isPixels(input)) checkPixels(input, program);
  else checkIds(input, program);
}

function checkPixels({ shape, data }: Pixels, { image }: Program): void {
  if (!image) throw new UserError('bad-prompt', 'This model reads text: give a prompt or token ids, not an image.');
  const wanted = [image.channels, image.side, image.side];
  if (!sameShape(shape, wanted) || data.length !== sizeOf(wanted)) {
    const found = `${describeShape(shape)} with ${data.length} numbers`;
    throw new UserError('bad-prompt', `The image has shape ${found}, this model takes ${describeShape(wanted)}.`);
  }
  if (!data.every(Number.isFinite)) throw new UserError('bad-prompt', 'The image holds values that are not finite.');
}

function checkIds(ids: readonly number[], { contextLength, vocab, image }: Program): void {
  if (image) throw new UserError('bad-prompt', 'This model reads images: give pixels, not a prompt.');
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
): Promise<Pick<RunSummary, 'tokens' | 'predictions' | 'answerToken' | 'missingMask'>> {
  const { session, run } = question;
  const { vocab, blocks, readToken } = session.program;
  const predictions: Prediction[][] = Array.from({ length: run.trace.tokens }, () => []);
  const step = rowsAtOnce(vocab);
  const [from, to] = readToken === null ? [0, run.trace.tokens] : [readToken, readToken + 1];
  for (let first = from; first < to; first += step) {
    const count = Math.min(step, to - first);
    const logits = await logitRows(question, blocks, first, count);
    for (let row = 0; row < count; row++) {
      predictions[first + row] = predictionsOf(logits.subarray(row * vocab, (row + 1) * vocab), listed, tokenizer);
    }
  }
  return { tokens: tokensOf(question, tokenizer), predictions, ...answerOf(question, tokenizer) };
}

/** Where the model answers, if not after the last token: what a classifier reads, or the first mask of a model that reads both ways. */
function answerOf(
  { session, run }: Question,
  tokenizer: ModelTokenizer,
): Pick<RunSummary, 'answerToken' | 'missingMask'> {
  const { readToken, causal } = session.program;
  if (readToken !== null) return { answerToken: readToken };
  const { mask } = tokenizer;
  if (causal || mask === null) return {};
  const answerToken = run.ids.indexOf(mask);
  return answerToken === -1 ? { missingMask: tokenizer.describe(mask).piece } : { answerToken };
}

/** The k best classes of one row of logits. */
export function predictionsOf(logits: ArrayLike<number>, k: number, tokenizer: ModelTokenizer): Prediction[] {
  return topOf(logits, k).map((id) => predictionOf(logits, id, tokenizer));
}

export function predictionOf(logits: ArrayLike<number>, id: number, tokenizer: ModelTokenizer): Prediction {
  const logit = logits[id]!;
  return { id, piece: tokenizer.describe(id).piece, logit, probability: Math.exp(logit - logSumExp(logits)) };
}
