// The reply of a relation run.

import * as v from 'valibot';
import { directions, floats, index, number, plan, prediction, text } from './values';

const rate = v.object({
  value: number,
  low: number,
  high: number,
  trials: index,
  subjects: index,
  lowest: number,
  highest: number,
});

const decoder = v.picklist(['tensor', 'jacobian', 'translation', 'identity', 'constant', 'ridge', 'random']);

const scores = v.array(v.object({ decoder, faithfulness: rate, accuracy: rate }));

export const relation = v.object({
  layer: index,
  subjects: v.array(
    v.object({
      subject: text,
      object: text,
      first: text,
      more: v.boolean(),
      token: index,
      predicted: prediction,
      known: v.boolean(),
      decoded: v.array(v.object({ decoder, piece: text, agrees: v.boolean() })),
    }),
  ),
  notes: v.array(text),
  scores: v.array(
    v.object({
      layer: index,
      training: index,
      decoders: scores,
    }),
  ),
  betas: v.exactOptional(v.array(v.object({ beta: number, decoders: scores }))),
  model: rate,
  causality: v.array(v.object({ edit: v.picklist(['tensor', 'jacobian', 'swap', 'random']), rate })),
  singularValues: floats,
  directions,
  plan,
  seconds: number,
});
