// Replies about a run: its tokens and predictions, the run with tokens masked, its continuation.

import * as v from 'valibot';
import { floats, index, nullable, number, prediction, provenance, range, side, text } from './values';

const token = v.object({
  id: index,
  piece: text,
  special: v.boolean(),
  unknown: v.boolean(),
  range: v.exactOptional(range),
  partial: v.exactOptional(v.boolean()),
  word: v.exactOptional(index),
  inserted: v.exactOptional(v.boolean()),
  generated: v.exactOptional(v.boolean()),
});

const chat = v.object({ text: v.pipe(v.string(), v.maxLength(400_000)), message: range });

const picture = v.pipe(
  v.object({ side, rgb: v.instance(Uint8Array), original: v.tuple([index, index]) }),
  v.check(({ side, rgb }) => rgb.length === 3 * side * side, 'a picture of the wrong size'),
);

export const runSummary = v.pipe(
  v.object({
    run: index,
    tokens: v.pipe(v.array(token), v.minLength(1)),
    // A classifier predicts at one token only, a model without a head nowhere.
    predictions: v.array(v.array(prediction)),
    answerToken: v.exactOptional(index),
    picture: v.exactOptional(picture),
    chat: v.exactOptional(chat),
    missingMask: v.exactOptional(text),
    seconds: number,
  }),
  v.check(({ tokens, answerToken = 0 }) => answerToken < tokens.length, 'an answer at a token that is not there'),
  v.check(({ tokens, predictions }) => tokens.length === predictions.length, 'predictions for other tokens'),
);

export const masked = v.pipe(
  v.object({
    answer: prediction,
    logProbability: number,
    eligible: v.array(index),
    maskedBy: text,
    logProbabilities: floats,
    tops: v.array(index),
    foils: floats,
    provenance,
  }),
  v.check(({ tops, logProbabilities }) => tops.length === logProbabilities.length, 'variants without a first choice'),
);

export const nextToken = v.object({
  id: index,
  special: v.boolean(),
  text,
  chosen: prediction,
  alternatives: v.array(prediction),
  tokens: index,
  reused: index,
  keptBytes: number,
  end: nullable(v.picklist(['special', 'context'])),
  seconds: number,
});
