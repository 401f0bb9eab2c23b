// Encoders and image models: what each family does differently, what their files may call things, which head is taken, and what is refused.
// Their numbers are held against goldens in cli/analyze.test.ts and engine/engine.gpu.test.ts.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createReferenceBackend } from '../../engine/backends/reference';
import { createSession } from '../../engine/session';
import type { LinearisedOp } from '../../program/ops';
import { channelsOf } from '../../program/path';
import { relativeError } from '../../tensor/compare';
import { compile } from '../compile';
import { folderFiles } from '../folder';
import { loadModel } from '../load';
import { readSafetensors } from '../safetensors';
import { specOf } from '.';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/tiny/${name}/config.json`, import.meta.url), 'utf8'));
const configs = {
  bert: fixture('bert'),
  roberta: fixture('roberta'),
  distilbert: fixture('distilbert'),
  electra: fixture('electra'),
  vit: fixture('vit'),
  deit: fixture('deit'),
  dinov2: fixture('dinov2'),
};
type Family = keyof typeof configs;
const names = (folder: string) => [
  ...readSafetensors(readFileSync(`fixtures/tiny/${folder}/model.safetensors`)).tensors.keys(),
];
const read = (family: Family, entries: Record<string, unknown> = {}, names: readonly string[] = []) =>
  specOf({ ...configs[family], ...entries }, new Set(names));

test('a BERT has its ops in order, by path names', () => {
  const { ops, hidden, output, causal } = compile(read('bert', { num_hidden_layers: 1 }));
  expect(ops.map(({ kind, output }) => `${kind} ${output}`)).toEqual([
    'embed embedding',
    'norm embedding.norm',
    'linear blocks.0.attention.query',
    'linear blocks.0.attention.key',
    'linear blocks.0.attention.value',
    'pattern blocks.0.attention.pattern',
    'mix blocks.0.attention.mix',
    'linear blocks.0.attention.output',
    'add blocks.0.attention.residual',
    'norm blocks.0.attention.norm',
    'linear blocks.0.ffn.up',
    'activate blocks.0.ffn.activation',
    'linear blocks.0.ffn.down',
    'add blocks.0.ffn.residual',
    'norm blocks.0.ffn.norm',
    'linear head.transform',
    'activate head.activation',
    'norm head.norm',
    'unembed logits',
  ]);
  expect([hidden, output, causal]).toEqual([['embedding.norm', 'blocks.0.ffn.norm'], 'blocks.0.ffn.norm', false]);
});

test('the first segment is taken, and the head is tied unless the files have one', () => {
  const { weights } = read('bert');
  expect(weights.get('embedding.segment.weight')!.slice).toEqual({ axis: 0, ranges: [[0, 1]], length: 2 });
  expect(weights.has('head.weight')).toBe(false);
  expect(read('bert', {}, ['cls.predictions.decoder.weight']).weights.has('head.weight')).toBe(true);
  expect(read('roberta', {}, ['lm_head.decoder.weight']).weights.has('head.weight')).toBe(true);
});

test('files of the first years call gains gamma and biases beta', () => {
  const { weights } = read('bert');
  const norm = 'bert.encoder.layer.1.output.LayerNorm';
  expect(weights.get('blocks.1.ffn.norm.gain')!.tensors).toEqual(
    expect.arrayContaining([`${norm}.weight`, `${norm}.gamma`]),
  );
  expect(weights.get('head.norm.bias')!.tensors).toContain('cls.predictions.transform.LayerNorm.beta');
});

test('the head of a RoBERTa has the erf GELU, that of a BERT the activation of its blocks', () => {
  const transform = (family: Family) => read(family, { hidden_act: 'relu' }).headTransform!.activation;
  expect([transform('bert'), transform('roberta')]).toEqual(['relu', 'gelu']);
});

test('a DistilBERT has no segments, an ELECTRA narrower embeddings that its head takes y back to', () => {
  expect(read('distilbert').weights.has('embedding.segment.weight')).toBe(false);
  const { ops, hidden } = compile(read('electra', { num_hidden_layers: 1 }));
  const widths = ops
    .filter(({ stage }) => stage === 'embedding' || stage === 'head')
    .map((op) => `${op.kind} ${op.output} ${op.kind === 'embed' ? op.tokens.outputs : channelsOf(op as LinearisedOp)}`);
  expect(widths).toEqual([
    'embed embedding 10',
    'norm embedding.norm 10',
    'linear embedding.project 16',
    'linear head.transform 10',
    'activate head.activation 10',
    'norm head.norm 10',
    'unembed logits 40',
  ]);
  expect(hidden[0]).toBe('embedding.project');
  expect(compile(read('electra', { embedding_size: 16 })).hidden[0]).toBe('embedding.norm');
});

const headOps = (family: Family, architecture: string | null, held: readonly string[] = []) => {
  const { ops, reads, classes } = compile(read(family, { architectures: architecture && [architecture] }, held));
  return { head: ops.filter(({ stage }) => stage === 'head').map(({ kind }) => kind), reads, classes };
};

test.each<[Family, string, string]>([
  ['bert', 'BertForSequenceClassification', 'tanh'],
  ['roberta', 'RobertaForSequenceClassification', 'tanh'],
  ['distilbert', 'DistilBertForSequenceClassification', 'relu'],
  ['electra', 'ElectraForSequenceClassification', 'gelu'],
])('%s classifies sequences from the first token, through %s', (family, architecture, activation) => {
  const spec = read(family, { architectures: [architecture], hidden_act: 'silu', activation: 'silu' });
  expect(spec.headTransform).toEqual({ activation, norm: null });
  expect(spec.classifier).toEqual({ reads: [{ from: 0, to: 1 }], combine: 'sum', labels: ['LABEL_0', 'LABEL_1'] });
  expect(headOps(family, architecture)).toEqual({
    head: ['pool', 'linear', 'activate', 'unembed'],
    reads: [{ from: 0, to: 1 }],
    classes: 2,
  });
  expect(headOps(family, null, names(`${family}_classifier`))).toEqual(headOps(family, architecture));
});

test.each(['bert', 'roberta', 'distilbert', 'electra'] as const)(
  '%s: where config.json names no head, the tensors tell',
  (family) => {
    const named = read(family, {}, names(family));
    expect(read(family, { architectures: null }, names(family))).toEqual(named);
    expect(headOps(family, null)).toEqual({ head: [], reads: null, classes: 0 });
  },
);

test('a head that config.json does not name is not taken, though the files hold it', () => {
  expect(headOps('bert', 'BertModel', names('bert')).head).toEqual([]);
  expect(read('bert', { architectures: ['BertForPreTraining'] })).toEqual(read('bert'));
});

test('an image model has its classifier by name or by its tensors, or none', () => {
  expect(headOps('vit', null, names('vit')).head).toEqual(['pool', 'unembed']);
  expect(headOps('vit', 'ViTModel').head).toEqual([]);
  expect(headOps('deit', null, names('deit'))).toMatchObject({
    head: ['pool', 'pool', 'linear', 'linear', 'add', 'scale'],
    reads: [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
    ],
  });
  expect(headOps('deit', null, names('deit_classifier')).head).toEqual(['pool', 'unembed']);
  expect(headOps('dinov2', null, names('dinov2'))).toMatchObject({
    head: ['pool', 'pool', 'linear', 'linear', 'add'],
    reads: [
      { from: 0, to: 1 },
      { from: 1, to: null },
    ],
  });
  expect(headOps('dinov2', 'Dinov2Model').classes).toBe(0);
});

test('a DINOv2 scales what each sublayer adds', () => {
  const { ops } = compile(read('dinov2', { num_hidden_layers: 1 }));
  const scales = ops.flatMap((op) => (op.kind === 'scale' ? [`${op.output} of ${op.input}`] : []));
  expect(scales).toEqual([
    'blocks.0.attention.scale of blocks.0.attention.output',
    'blocks.0.ffn.scale of blocks.0.ffn.down',
  ]);
});

test('a RoBERTa counts positions from the row after the padding token, which keeps its own', async () => {
  expect(read('roberta').contextLength).toBe(18);
  const { program, weights } = await loadModel(folderFiles('fixtures/tiny/roberta'));
  const session = await createSession(program, weights, createReferenceBackend());
  const { trace } = await session.run([0, 1, 27, 1], () => {});
  const found = await session.backend.read(trace.hidden[0]!.data);
  const taken = new Map<string, Float32Array>();
  for (const name of weights.names) taken.set(name, await weights.take(name));
  const row = (name: string, at: number) => Float64Array.from(taken.get(name)!.subarray(at * 20, (at + 1) * 20));
  const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
  // Rows of the array that was taken: 0 is the padding token's, 1 that of the first token.
  const expected = [0, 1, 27, 1].flatMap((id, at) => {
    const [word, place] = [row('embedding.tokens.weight', id), row('embedding.positions.weight', [1, 0, 2, 0][at]!)];
    const sum = word.map((value, channel) => value + place[channel]! + row('embedding.segment.weight', 0)[channel]!);
    const centred = sum.map((value) => value - mean(sum));
    const sigma = Math.sqrt(mean(centred.map((value) => value * value)) + 1e-12);
    const [gain, bias] = [row('embedding.norm.gain', 0), row('embedding.norm.bias', 0)];
    return [...centred.map((value, channel) => (gain[channel]! * value) / sigma + bias[channel]!)];
  });
  expect(relativeError(found, expected)).toBeLessThan(1e-12);
  expect(read('roberta').weights.get('embedding.positions.weight')!.slice).toMatchObject({
    ranges: [[1, 20]],
    length: 20,
  });
});

test('a ViT has [CLS] and its patches as tokens, and classes by name in the order of their ids', () => {
  const spec = read('vit', { id2label: { 1: 'dog', 0: 'cat' } });
  expect(spec).toMatchObject({ contextLength: 10, vocab: 2, image: { channels: 3, side: 24, patch: 8 } });
  expect(spec.classifier).toMatchObject({ reads: [{ from: 0, to: 1 }], labels: ['cat', 'dog'] });
  expect(compile(spec)).toMatchObject({ classes: 2, image: spec.image });
  expect(read('vit', { qkv_bias: false }).weights.has('blocks.0.attention.value.bias')).toBe(false);
});

test.each<[Family, Record<string, unknown>, string, RegExp]>([
  [
    'bert',
    { architectures: ['BertForQuestionAnswering'] },
    'unsupported-model',
    /BertForQuestionAnswering; supported are/,
  ],
  ['bert', { architectures: 'BertForMaskedLM' }, 'bad-model', /architectures is not usable. It must be a list/],
  ['bert', { is_decoder: true }, 'unsupported-model', /is_decoder is true/],
  ['bert', { add_cross_attention: true }, 'unsupported-model', /add_cross_attention is true/],
  ['bert', { position_embedding_type: 'relative_key' }, 'unsupported-model', /"relative_key"; supported is "absolute"/],
  ['bert', { num_attention_heads: 5 }, 'bad-model', /hidden_size \(16\) is not a multiple/],
  ['bert', { hidden_act: 'mish' }, 'bad-model', /hidden_act is not usable/],
  ['roberta', { pad_token_id: -1 }, 'bad-model', /pad_token_id is not usable. It must be a token id/],
  ['roberta', { pad_token_id: 19 }, 'unsupported-model', /leaves no position after pad_token_id \(19\)/],
  ['vit', { patch_size: 7 }, 'bad-model', /image_size \(24\) is not a multiple of patch_size \(7\)/],
  ['vit', { image_size: [24, 32] }, 'bad-model', /image_size is not usable. It must be one whole number/],
  [
    'vit',
    { architectures: ['ViTForMaskedImageModeling'] },
    'unsupported-model',
    /supported are ViTForImageClassification/,
  ],
  ['vit', { id2label: {} }, 'bad-model', /id2label names no class/],
  ['bert', { architectures: ['BertForSequenceClassification'], id2label: { 1: 'yes' } }, 'bad-model', /no class 0/],
  ['distilbert', { n_heads: 5 }, 'bad-model', /dim \(16\) is not a multiple of n_heads \(5\)/],
  ['electra', { embedding_size: 0 }, 'bad-model', /embedding_size is not usable/],
  ['dinov2', { use_swiglu_ffn: true }, 'unsupported-model', /use_swiglu_ffn is true/],
  ['dinov2', { mlp_ratio: 0.01 }, 'unsupported-model', /mlp_ratio \(0.01\) gives a feed-forward layer of 0 channels/],
  ['dinov2', { mlp_ratio: 1000 }, 'bad-model', /mlp_ratio is not usable/],
  ['vit', { id2label: { 0: 'cat', 2: 'dog' } }, 'bad-model', /id2label names no class 1/],
  ['roberta', { architectures: ['RobertaForCausalLM'] }, 'unsupported-model', /RobertaForCausalLM/],
])('%s with %o is refused with the entry named', (family, entries, code, sentence) => {
  expect(() => read(family, entries)).toThrow(expect.objectContaining({ name: 'UserError', code }));
  expect(() => read(family, entries)).toThrow(sentence);
});
