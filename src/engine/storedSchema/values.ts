// What replies are made of: numbers, texts, matrices, where a result comes from.

import * as v from 'valibot';

export const number = v.number(); // JSON has no NaN or Infinity

export const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000_000));

export const text = v.pipe(v.string(), v.maxLength(4000));

export const floats = v.instance(Float32Array);

export const nullable = v.nullable;

export const range = v.tuple([index, index]);

export const plan = v.object({
  flops: number,
  peakBytes: number,
  seconds: v.optional(nullable(number), null), // results stored before it was told have none
  description: text,
});

export const fidelity = v.object({ completeness: nullable(number), conservation: nullable(number) });

export const prediction = v.object({ id: index, piece: text, logit: number, probability: number });

export const scored = v.array(v.object({ id: index, piece: text, score: number }));

export const provenance = v.object({
  model: text,
  revision: text,
  ids: v.array(index),
  range,
  gateRule: nullable(v.picklist(['half', 'up', 'gate'])),
  formula: text,
  direction: nullable(text),
  device: text,
  seconds: number,
  plan: nullable(plan),
});

const axis = v.object({
  name: v.picklist([
    'layer',
    'head',
    'query',
    'key',
    'token',
    'output',
    'source',
    'cotangent',
    'dModel',
    'dHead',
    'dFfn',
    'vocab',
  ]),
  length: index,
  labels: v.exactOptional(v.array(text)),
});

export const matrix = v.pipe(
  v.object({ data: floats, rows: axis, cols: axis, unit: text, signed: v.boolean(), causal: v.boolean() }),
  v.check(({ data, rows, cols }) => data.length === rows.length * cols.length, 'a matrix of the wrong size'),
  v.check(({ rows, cols }) => fits(rows) && fits(cols), 'labels that do not match their axis'),
);

function fits({ length, labels }: { length: number; labels?: string[] }): boolean {
  return labels === undefined || labels.length === length;
}

export const directions = v.array(
  v.object({ value: number, reads: v.tuple([scored, scored]), writes: v.tuple([scored, scored]) }),
);

/** Pixels of a square picture. */
export const side = v.pipe(index, v.minValue(1), v.maxValue(16_384));
