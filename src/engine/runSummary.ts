// A run as the page first hears of it: tokens and the top predictions after each; and the checks that come before a run.

import type { ClassNames, ModelTokenizer } from '../models/tokenizer';
import { isPixels, type Pixels, type RunInput } from '../program/input';
import { logitRowsOf, type Program } from '../program/program';
import { UserError } from '../tensor/errors';
import { describeShape, sameShape, sizeOf } from '../tensor/shape';
import { rowsAtOnce } from './budget';
import type { Prediction, RunSummary } from './protocol';
import { logSumExp, modelLogits, topOf } from './questions/logits';
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
  if (image) throw new UserError('bad-prompt', 'This model reads images: give a picture, not a prompt.');
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

/** Tokens, and predictions where there are logits: after every token, a classifier's at token 0, none without a head. */
export async function summarise(
  question: Question,
  tokenizer: ModelTokenizer,
  names: ClassNames,
): Promise<Pick<RunSummary, 'tokens' | 'predictions' | 'answerToken' | 'missingMask'>> {
  const { session, run } = question;
  const { program } = session;
  const { classes } = program;
  const predictions: Prediction[][] = Array.from({ length: run.trace.tokens }, () => []);
  const step = rowsAtOnce(classes);
  const rows = logitRowsOf(program, run.trace.tokens);
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const logits = await modelLogits(question, first, count);
    for (let row = 0; row < count; row++) {
      predictions[first + row] = predictionsOf(logits.subarray(row * classes, (row + 1) * classes), listed, names);
    }
  }
  return { tokens: tokensOf(question, tokenizer), predictions, ...answerOf(question, tokenizer) };
}

/** Where the model answers, if not after the last token: the row of a classifier, or the first mask of a model that fills in masks. */
function answerOf(
  { session, run }: Question,
  tokenizer: ModelTokenizer,
): Pick<RunSummary, 'answerToken' | 'missingMask'> {
  const { reads, causal, logits } = session.program;
  if (reads !== null) return { answerToken: 0 };
  const { mask } = tokenizer;
  if (causal || mask === null || logits === null) return {};
  const answerToken = run.ids.indexOf(mask);
  return answerToken === -1 ? { missingMask: tokenizer.describe(mask).piece } : { answerToken };
}

/** The k best classes of one row of logits. */
export function predictionsOf(logits: ArrayLike<number>, k: number, names: ClassNames): Prediction[] {
  const total = logSumExp(logits);
  return topOf(logits, k).map((id) => predictionOf(logits, id, names, total));
}

/** `total`: log Σ exp of the row. */
export function predictionOf(
  logits: ArrayLike<number>,
  id: number,
  names: ClassNames,
  total = logSumExp(logits),
): Prediction {
  const logit = logits[id]!;
  return { id, piece: names.word(id), logit, probability: Math.exp(logit - total) };
}
