// What a stored reply must look like: files come from outside, so every reply is checked before a picture sees it. Mirrors protocol.ts.

import * as v from 'valibot';
import type { CallName, EngineCalls, FlowGraph } from './protocol';

const number = v.number(); // JSON has no NaN or Infinity
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000_000));
const text = v.pipe(v.string(), v.maxLength(4000));
const floats = v.instance(Float32Array);
const nullable = v.nullable;

export const range = v.tuple([index, index]);
const plan = v.object({
  flops: number,
  peakBytes: number,
  seconds: v.optional(nullable(number), null), // results stored before it was told have none
  description: text,
});
const fidelity = v.object({ completeness: nullable(number), conservation: nullable(number) });
const prediction = v.object({ id: index, piece: text, logit: number, probability: number });
const scored = v.array(v.object({ id: index, piece: text, score: number }));

const provenance = v.object({
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

const matrix = v.pipe(
  v.object({ data: floats, rows: axis, cols: axis, unit: text, signed: v.boolean(), causal: v.boolean() }),
  v.check(({ data, rows, cols }) => data.length === rows.length * cols.length, 'a matrix of the wrong size'),
  v.check(({ rows, cols }) => fits(rows) && fits(cols), 'labels that do not match their axis'),
);

function fits({ length, labels }: { length: number; labels?: string[] }): boolean {
  return labels === undefined || labels.length === length;
}

const byStorage = v.object({ f32: number, f16: number });

const device = v.object({
  kind: v.picklist(['webgpu', 'reference']),
  name: text,
  maxBindingBytes: nullable(number),
  fallback: nullable(text),
});

const side = v.pipe(index, v.minValue(1), v.maxValue(16_384));

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

const directions = v.array(
  v.object({ value: number, reads: v.tuple([scored, scored]), writes: v.tuple([scored, scored]) }),
);

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
const relation = v.object({
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
      decoders: v.array(v.object({ decoder, faithfulness: rate, accuracy: rate })),
    }),
  ),
  model: rate,
  causality: v.array(v.object({ edit: v.picklist(['tensor', 'jacobian', 'swap', 'random']), rate })),
  singularValues: floats,
  directions,
  plan,
  seconds: number,
});

/** Every kind of reply that can be stored, with what it must look like. */
const hubModel = { base: text, id: text, revision: text };

export const replies: { readonly [K in CallName]: v.GenericSchema<unknown, EngineCalls[K][1]> } = {
  open: modelInfo,
  run: runSummary,
  runBeside: runSummary,
  map: v.pipe(
    v.object({
      matrix,
      estimate: v.exactOptional(v.object({ probes: index, of: index, band: floats, confidence: number })),
      bias: nullable(floats),
      total: nullable(floats),
      fidelity,
      provenance,
    }),
    v.check(
      ({ matrix, estimate }) => !estimate || estimate.band.length === matrix.data.length,
      'a band of the wrong size',
    ),
  ),
  row: v.object({
    contributions: floats,
    bias: number,
    total: number,
    explains: text,
    classes: v.array(prediction),
    rivals: v.array(v.array(prediction)),
    fidelity,
    provenance,
  }),
  slice: v.pipe(
    v.object({
      token: index,
      dModel: index,
      slice: floats,
      contributions: matrix,
      readOut: matrix,
      classDirection: nullable(matrix),
      norms: floats,
      fidelity,
      provenance,
    }),
    v.check(({ slice, norms, dModel }) => slice.length === dModel * norms.length * dModel, 'a slice of the wrong size'),
  ),
  pair: v.object({
    token: index,
    source: index,
    matrix,
    singularValues: floats,
    directions,
    trace: number,
    frobenius: number,
    provenance,
  }),
  masked: v.pipe(
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
  ),
  planMasked: plan,
  wordMatch: floats,
  lens: v.object({
    first: index,
    predictions: v.array(v.array(v.array(prediction))),
    ofFinal: matrix,
    provenance,
  }),
  layers: v.object({ matrix, bias: floats, total: floats, explains: text, fidelity, provenance }),
  relation,
  nextToken: v.object({
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
  }),
  flowGraph: v.pipe(
    v.object({
      graph: v.object({
        blocks: index,
        heads: index,
        tokens: index,
        streams: floats,
        residual: floats,
        streamBias: floats,
        edges: floats,
        headBias: floats,
        headOut: floats,
        ffnIn: floats,
        ffnBias: floats,
        ffnOut: floats,
        ffnReads: v.array(v.picklist([0, 1])),
        endBias: number,
        total: number,
      }),
      explains: text,
      residuals: v.object({ nodes: number, cuts: number }),
      provenance,
    }),
    v.check(({ graph }) => flowGraphFits(graph), 'a flow graph of the wrong size'),
  ),
  component: v.object({ promotes: scored, suppresses: scored, length: number }),
  besideJacobian: v.pipe(
    v.object({
      token: index,
      tensor: floats,
      jacobian: floats,
      difference: floats,
      completeness: v.object({ tensor: number, jacobian: number }),
      provenance,
    }),
    v.check(
      ({ tensor, jacobian, difference }) => tensor.length === jacobian.length && tensor.length === difference.length,
      'norms of different sources',
    ),
  ),
  remainder: v.pipe(
    v.object({ change: floats, tensor: floats, jacobian: floats, explains: text, provenance }),
    v.check(
      ({ change, tensor, jacobian }) => change.length === tensor.length && change.length === jacobian.length,
      'remainders of different changes',
    ),
  ),
  attribute: v.object({
    relevance: floats,
    total: nullable(number),
    leftOver: nullable(number),
    map: nullable(matrix),
    integration: nullable(v.object({ steps: index, gap: number, error: nullable(number), withoutInput: number })),
    explains: text,
    class: prediction,
    provenance,
  }),
  planAttribute: plan,
  plan: nullable(plan),
  checkLogits: v.object({ error: nullable(number), note: text }),
  lookUpOnnx: nullable(v.object({ file: text, bytes: nullable(number), refusal: nullable(text) })),
  checkOnnx: v.object({
    compared: v.picklist(['logits', 'hidden states']),
    error: number,
    largest: number,
    rows: index,
    sameFirst: nullable(index),
    seconds: number,
  }),
  lookUp: v.array(nullable(index)),
  lookUpHub: v.object({
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
  }),
  storedModels: v.array(v.object({ ...hubModel, bytes: number, complete: v.boolean(), commit: nullable(text) })),
  deleteModel: v.null(),
};

const operator = v.exactOptional(v.picklist(['tensor', 'attnlrp', 'lrp_ah_ln', 'jacobian']));
const operated = v.looseObject({ operator });

/** Of requests, what names how their replies came about: a file must not show one operator's or method's numbers as another's. */
export const requests: { readonly [K in CallName]?: v.GenericSchema<unknown, unknown> } = {
  row: operated,
  slice: operated,
  pair: operated,
  layers: operated,
  attribute: v.looseObject({
    method: v.picklist([
      'saliency',
      'gradient_x_input',
      'integrated_gradients',
      'lrp_ah_ln',
      'attnlrp',
      'chefer',
      'ablation',
    ]),
  }),
};

/** Every array has the size that the graph's shape gives it. */
function flowGraphFits(graph: FlowGraph): boolean {
  const { blocks, heads, tokens } = graph;
  const sizes: readonly (readonly [number, ...(readonly { readonly length: number }[])])[] = [
    [(2 * blocks + 1) * tokens, graph.streams],
    [2 * blocks * tokens, graph.residual, graph.streamBias],
    [blocks * heads * tokens ** 2, graph.edges],
    [blocks * heads * tokens, graph.headBias, graph.headOut],
    [blocks * tokens, graph.ffnIn, graph.ffnBias, graph.ffnOut],
    [blocks, graph.ffnReads],
  ];
  return sizes.every(([size, ...arrays]) => arrays.every(({ length }) => length === size));
}
