// The families beside GPT-2 and Llama: what each does differently, in both spellings of its configuration, and what it refuses.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile';
import type { BlockSpec, ModelSpec, Slice } from '../spec';
import { specOf } from '.';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/tiny/${name}`, import.meta.url), 'utf8'));
const ownHead = new Set(['lm_head.weight', 'embed_out.weight']);
const tied = new Set<string>();
const configs = {
  qwen2: fixture('qwen2/config.json'),
  mistral: { ...fixture('llama/config.json'), model_type: 'mistral' },
  phi3: fixture('phi3/config.json'),
  gemma: fixture('gemma/config.json'),
  gpt_neox: fixture('gpt_neox/config.json'),
  opt: fixture('opt/config.json'),
};
type Family = keyof typeof configs;
const read = (family: Family, entries: Record<string, unknown> = {}, names = ownHead) =>
  specOf({ ...configs[family], ...entries }, names);
const block = (spec: ModelSpec): BlockSpec => spec.blocks[0]!;
const biases = ({ weights }: ModelSpec) => [...weights.keys()].filter((name) => /^blocks\.1.*bias$/.test(name));
const rows = (spec: ModelSpec, name: string): Slice['ranges'] => spec.weights.get(`blocks.1.${name}`)!.slice!.ranges;

test.each(['gpt_neox', 'llama', 'qwen2', 'phi3', 'gemma'])('%s: both spellings give the same program', (family) => {
  const [now, before] = ['config.json', 'config.legacy.json'].map((file) =>
    specOf(fixture(`${family}/${file}`), ownHead),
  );
  expect(before).toEqual(now);
  expect(compile(before!)).toEqual(compile(now!));
});

describe('qwen2', () => {
  test('q, k and v have biases, nothing else has', () => {
    const spec = read('qwen2');
    expect(spec).toMatchObject({ family: 'Qwen2', dModel: 16, vocab: 43, contextLength: 64, embeddingScale: 1 });
    expect(biases(spec)).toEqual(['query', 'key', 'value'].map((part) => `blocks.1.attention.${part}.bias`));
    expect(block(spec).attention.rotary!.inverseFrequencies).toEqual([1, 1e6 ** -0.5]);
    expect(read('qwen2', {}, tied).weights.has('head.weight')).toBe(false);
  });

  test('a sliding window limits the prompt when it is used, and when a layer has it', () => {
    const length = (entries: Record<string, unknown>) =>
      read('qwen2', { sliding_window: 8, layer_types: null, ...entries }).contextLength;
    expect(length({ use_sliding_window: false, max_window_layers: 0 })).toBe(64);
    expect(length({ use_sliding_window: true, max_window_layers: 28 })).toBe(64);
    expect(length({ use_sliding_window: true, max_window_layers: 2 })).toBe(8);
    expect(length({ use_sliding_window: true, layer_types: ['full_attention', 'sliding_attention'] })).toBe(8);
  });
});

test('mistral is the Llama program for prompts within its window', () => {
  const { family, contextLength, ...same } = read('mistral', { sliding_window: 5 });
  const llama = specOf(fixture('llama/config.json'), ownHead);
  expect([family, contextLength]).toEqual(['Mistral', 5]);
  expect(llama).toMatchObject(same);
  expect(read('mistral', { sliding_window: null }).contextLength).toBe(llama.contextLength);
  expect(read('mistral', { max_position_embeddings: 32_768 }).contextLength).toBe(4096);
});

test('phi3 cuts its parts out of fused rows', () => {
  const spec = read('phi3'); // 4 query heads and 2 key/value heads of 4 channels, 24 FFN channels
  expect(rows(spec, 'attention.query.weight')).toEqual([[0, 16]]);
  expect(rows(spec, 'attention.key.weight')).toEqual([[16, 24]]);
  expect(rows(spec, 'attention.value.weight')).toEqual([[24, 32]]);
  expect(rows(spec, 'ffn.gate.weight')).toEqual([[0, 24]]);
  expect(rows(spec, 'ffn.up.weight')).toEqual([[24, 48]]);
  expect(spec.weights.get('blocks.1.attention.value.weight')!.slice).toMatchObject({ axis: 0, length: 32 });
  expect(biases(spec)).toEqual([]);
  expect(block(read('phi3', { rms_norm_eps: undefined })).norm.eps).toBe(1e-5);
  expect(read('phi3', { sliding_window: 9 }).contextLength).toBe(9);
});

describe('gemma', () => {
  test('gains are 1 more than stored, embeddings √D times, heads of their own width', () => {
    const spec = read('gemma', {}, tied);
    expect(spec.embeddingScale).toBe(Math.sqrt(18));
    expect(compile(spec).ops[0]).toMatchObject({ kind: 'embed', scale: Math.sqrt(18) });
    expect(block(spec).attention).toMatchObject({ heads: 4, kvHeads: 1, dHead: 6, scale: 6 ** -0.5 });
    const plus = [...spec.weights].filter(([, source]) => source.plus !== 0);
    expect(plus.map(([name, source]) => [name.replace(/\d/, 'B'), source.plus])).toEqual([
      ...[0, 1, 2].flatMap(() => [
        ['blocks.B.attention.norm.gain', 1],
        ['blocks.B.ffn.norm.gain', 1],
      ]),
      ['final.norm.gain', 1],
    ]);
    expect(block(read('gemma', { head_dim: undefined })).attention.dHead).toBe(256);
  });

  test.each([
    [{ hidden_act: 'gelu' }, 'gelu_new'],
    [{ hidden_act: undefined }, 'gelu_new'],
    [{ hidden_act: 'gelu', hidden_activation: null }, 'gelu_new'],
    [{ hidden_act: 'gelu', hidden_activation: 'gelu_pytorch_tanh' }, 'gelu_new'],
    [{ hidden_activation: 'gelu' }, 'gelu'],
    [{ hidden_act: 'silu' }, 'silu'],
  ])('%o means %s', (entries, activation) => {
    expect(block(read('gemma', entries)).ffn).toEqual({ kind: 'gated', channels: 30, activation });
  });
});

describe('gpt_neox', () => {
  test('heads hold their q, k and v side by side', () => {
    const spec = read('gpt_neox'); // 2 heads of 16 channels
    for (const kind of ['weight', 'bias']) {
      expect(rows(spec, `attention.query.${kind}`)).toEqual([
        [0, 16],
        [48, 64],
      ]);
      expect(rows(spec, `attention.value.${kind}`)).toEqual([
        [32, 48],
        [80, 96],
      ]);
    }
    expect(biases(read('gpt_neox', { attention_bias: false }))).not.toContain('blocks.1.attention.output.bias');
    expect(spec.weights.get('head.weight')!.tensors).toEqual(['embed_out.weight']);
  });

  test('sublayers stand side by side unless told otherwise', () => {
    expect(block(read('gpt_neox')).style).toBe('parallel');
    expect(block(read('gpt_neox', { use_parallel_residual: undefined })).style).toBe('parallel');
    expect(block(read('gpt_neox', { use_parallel_residual: false })).style).toBe('pre');
  });

  test('a quarter of the channels turns unless told otherwise', () => {
    const turned = (entries: Record<string, unknown>) =>
      block(read('gpt_neox', { rope_parameters: undefined, ...entries })).attention.rotary!;
    expect(turned({})).toEqual({ rotaryDim: 4, inverseFrequencies: [1, 0.01] });
    expect(turned({ rotary_pct: 1 }).rotaryDim).toBe(16);
    expect(turned({ rotary_emb_base: 100 }).inverseFrequencies).toEqual([1, 0.1]);
  });
});

test('opt reads positions from the third row on, with biases unless told otherwise', () => {
  const spec = read('opt', {}, tied);
  expect(block(spec)).toEqual({
    style: 'pre',
    norm: { kind: 'layer', eps: 1e-5 },
    attention: { heads: 4, kvHeads: 4, dHead: 5, scale: 5 ** -0.5, rotary: null },
    ffn: { kind: 'plain', channels: 36, activation: 'relu' },
  });
  expect(spec.weights.get('embedding.positions.weight')).toEqual({
    tensors: ['model.decoder.embed_positions.weight', 'decoder.embed_positions.weight'],
    layout: 'inOut',
    slice: { axis: 0, ranges: [[2, 26]], length: 26 },
    plus: 0,
  });
  expect(biases(spec)).toHaveLength(8);
  expect(biases(read('opt', { enable_bias: false }))).toEqual(
    ['attention', 'ffn'].map((sublayer) => `blocks.1.${sublayer}.norm.bias`),
  );
});

test.each<[Family, Record<string, unknown>, string, RegExp]>([
  ['qwen2', { hidden_size: undefined }, 'bad-model', /hidden_size is not usable/],
  ['qwen2', { use_sliding_window: 'yes' }, 'bad-model', /use_sliding_window is not usable. It must be true or false/],
  ['qwen2', { sliding_window: -1 }, 'bad-model', /sliding_window is not usable/],
  ['qwen2', { layer_types: 'full' }, 'bad-model', /layer_types is not usable. It must be a list/],
  ['mistral', { sliding_window: 0.5 }, 'bad-model', /sliding_window is not usable/],
  ['phi3', { rope_parameters: { rope_type: 'longrope', long_factor: [1] } }, 'unsupported-model', /"longrope"/],
  ['phi3', { rope_parameters: null, rope_scaling: { type: 'su' } }, 'unsupported-model', /"su"/],
  ['phi3', { num_key_value_heads: 3 }, 'bad-model', /not a multiple of num_key_value_heads/],
  ['gemma', { head_dim: 0 }, 'bad-model', /head_dim is not usable/],
  ['gemma', { hidden_act: 'mish' }, 'bad-model', /hidden_act is not usable/],
  ['gemma', { use_bidirectional_attention: true }, 'unsupported-model', /use_bidirectional_attention is true/],
  ['gpt_neox', { intermediate_size: null }, 'bad-model', /intermediate_size is not usable/],
  ['gpt_neox', { rope_parameters: null, rotary_pct: 2 }, 'bad-model', /rotary_pct is not usable. It must be at most 1/],
  ['gpt_neox', { num_attention_heads: 5 }, 'bad-model', /hidden_size \(32\) is not a multiple/],
  ['opt', { ffn_dim: undefined }, 'bad-model', /ffn_dim is not usable/],
  ['opt', { do_layer_norm_before: false }, 'unsupported-model', /do_layer_norm_before is false/],
  ['opt', { word_embed_proj_dim: 8 }, 'unsupported-model', /word_embed_proj_dim \(8\) differs from hidden_size \(20\)/],
  ['opt', { layer_norm_elementwise_affine: false }, 'unsupported-model', /layer_norm_elementwise_affine is false/],
  ['opt', { _remove_final_layer_norm: true }, 'unsupported-model', /_remove_final_layer_norm is true/],
])('%s with %o is refused with the entry named', (family, entries, code, sentence) => {
  expect(() => read(family, entries)).toThrow(expect.objectContaining({ name: 'UserError', code }));
  expect(() => read(family, entries)).toThrow(sentence);
});
