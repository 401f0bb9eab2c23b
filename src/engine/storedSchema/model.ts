// Replies about models: the open one, those of the hub, and its checks.

import * as v from 'valibot';
import { index, nullable, number, side, text } from './values';

const byStorage = v.object({ f32: number, f16: number });

const device = v.object({
  kind: v.picklist(['webgpu', 'reference']),
  name: text,
  maxBindingBytes: nullable(number),
  fallback: nullable(text),
});

export const modelInfo = v.object({
  id: text,
  revision: text,
  family: text,
  title: text,
  storedAs: v.exactOptional(text),
  blocks: index,
  heads: index,
  dModel: index,
  dFfn: index,
  vocab: index,
  classes: v.exactOptional(index),
  contextLength: index,
  parameters: index,
  causal: v.boolean(),
  readToken: v.exactOptional(index),
  chat: v.exactOptional(v.boolean()),
  image: v.exactOptional(v.object({ side, patch: side, preprocessing: text })),
  labels: v.exactOptional(v.pipe(v.array(text), v.maxLength(100_000))),
  gated: v.boolean(),
  bytes: number,
  weights: v.exactOptional(
    v.object({
      storage: v.picklist(['f32', 'f16', 'f64']),
      bytes: number,
      error: number,
      weight: nullable(text),
      streamed: v.exactOptional(v.object({ bytes: number, budget: number })),
    }),
  ),
  remarks: v.exactOptional(v.pipe(v.array(text), v.maxLength(100))),
  device,
});

const hubModel = { base: text, id: text, revision: text };

export const checkLogits = v.object({ error: nullable(number), note: text });

export const lookUpOnnx = nullable(v.object({ file: text, bytes: nullable(number), refusal: nullable(text) }));

export const checkOnnx = v.object({
  compared: v.picklist(['logits', 'hidden states']),
  error: number,
  largest: number,
  rows: index,
  sameFirst: nullable(index),
  seconds: number,
});

export const lookUp = v.array(nullable(index));

export const lookUpHub = v.object({
  ...hubModel,
  family: nullable(text),
  refusal: nullable(text),
  parameters: nullable(number),
  bytes: nullable(number),
  begun: number,
  stored: v.boolean(),
  weights: nullable(v.picklist(['f32', 'f16'])),
  footprint: nullable(v.object({ device: byStorage, least: byStorage, tab: number, tokens: index })),
  caution: nullable(text),
  newer: nullable(text),
  room: nullable(number),
  readsText: v.boolean(),
});

export const storedModels = v.array(
  v.object({ ...hubModel, bytes: number, complete: v.boolean(), commit: nullable(text) }),
);
