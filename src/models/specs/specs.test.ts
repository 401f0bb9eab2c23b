import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../tensor/errors';
import { compile } from '../compile';
import { tinyGpt2Config } from '../testing/memoryFiles';
import { specOf } from '.';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/tiny/${name}`, import.meta.url), 'utf8'));
const noTensors = new Set<string>();

const llamaConfig = {
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 10,
};

describe('gpt2', () => {
  test('the fixture becomes a pre-norm decoder with learned positions and a tied head', () => {
    const spec = specOf(fixture('gpt2/config.json'), noTensors);
    expect(spec).toMatchObject({ family: 'GPT-2', dModel: 20, vocab: 41, contextLength: 16, causal: true });
    expect(spec.blocks).toHaveLength(3);
    expect(spec.blocks[0]).toEqual({
      style: 'pre',
      norm: { kind: 'layer', eps: 1e-5 },
      attention: { heads: 4, kvHeads: 4, dHead: 5, scale: 5 ** -0.5, rotary: null },
      ffn: { kind: 'plain', channels: 80, activation: 'gelu_new' },
    });
    expect(spec.weights.has('embedding.positions.weight')).toBe(true);
    expect(spec.weights.has('head.weight')).toBe(false);
  });

  test('n_inner, scale_attn_weights and scale_attn_by_inverse_layer_idx are honoured', () => {
    const config = {
      ...tinyGpt2Config,
      n_layer: 2,
      n_inner: 6,
      scale_attn_weights: false,
      scale_attn_by_inverse_layer_idx: true,
    };
    const { blocks } = specOf(config, noTensors);
    expect(blocks.map(({ attention }) => attention.scale)).toEqual([1, 0.5]);
    expect(blocks[0]!.ffn.channels).toBe(6);
  });

  test('q, k and v are columns of one tensor, and an own head is taken when the file has one', () => {
    const { weights } = specOf(tinyGpt2Config, new Set(['lm_head.weight']));
    expect(weights.get('blocks.0.attention.key.weight')).toEqual({
      tensors: ['transformer.h.0.attn.c_attn.weight', 'h.0.attn.c_attn.weight'],
      layout: 'inOut',
      slice: { axis: 1, ranges: [[4, 8]], length: 12 },
      plus: 0,
    });
    expect(weights.get('head.weight')?.layout).toBe('outIn');
  });
});

describe('llama', () => {
  test('both spellings of the configuration give the same model', () => {
    expect(specOf(fixture('llama/config.legacy.json'), noTensors)).toEqual(
      specOf(fixture('llama/config.json'), noTensors),
    );
  });

  test('the fixture becomes a gated model with grouped heads and its own eps', () => {
    const spec = specOf(fixture('llama/config.json'), new Set(['lm_head.weight']));
    const { attention, ffn, norm } = spec.blocks[2]!;
    expect(norm).toEqual({ kind: 'rms', eps: 1e-3 });
    expect(attention).toMatchObject({ heads: 4, kvHeads: 2, dHead: 6, scale: 6 ** -0.5 });
    expect(attention.rotary?.inverseFrequencies).toEqual([1, 10_000 ** (-1 / 3), 10_000 ** (-2 / 3)]);
    expect(ffn).toEqual({ kind: 'gated', channels: 32, activation: 'silu' });
    expect(compile(spec).ops.at(-1)).toMatchObject({ kind: 'unembed', weight: { name: 'head.weight' } });
  });

  test('head_dim is explicit or follows from the heads; biases come with their flags', () => {
    const { blocks, weights } = specOf(
      { ...llamaConfig, head_dim: 8, attention_bias: true, mlp_bias: true },
      noTensors,
    );
    expect(blocks[0]!.attention).toMatchObject({ dHead: 8, kvHeads: 4 });
    expect(weights.has('blocks.1.attention.output.bias')).toBe(true);
    expect(weights.has('blocks.1.ffn.gate.bias')).toBe(true);
    const plain = specOf(llamaConfig, noTensors);
    expect(plain.blocks[0]!.attention.dHead).toBe(4);
    expect([...plain.weights.keys()].filter((name) => name.endsWith('.bias'))).toEqual([]);
  });

  const rope = (entries: Record<string, unknown>) =>
    specOf({ ...llamaConfig, head_dim: 8, ...entries }, noTensors).blocks[0]!.attention.rotary!;

  test('linear scaling divides all frequencies, in both spellings', () => {
    const plain = rope({}).inverseFrequencies;
    const old = rope({ rope_scaling: { type: 'linear', factor: 4 } });
    expect(old.inverseFrequencies).toEqual(plain.map((frequency) => frequency / 4));
    expect(rope({ rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 10_000 } })).toEqual(old);
  });

  test('llama3 scaling keeps fast pairs, slows slow ones, and blends between', () => {
    const scaling = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
    const plain = rope({ rope_theta: 5e5 }).inverseFrequencies;
    const scaled = rope({ rope_theta: 5e5, rope_scaling: { rope_type: 'llama3', ...scaling } }).inverseFrequencies;
    expect(scaled[0]).toBe(plain[0]);
    expect(scaled[3]).toBe(plain[3]! / 8);
    // θ = 5e5, pair 2: λ = 2π·√5e5 = 4442.9, between 2048 and 8192: s = (8192/λ − 1)/3
    const s = (8192 / ((2 * Math.PI) / plain[2]!) - 1) / 3;
    expect(scaled[2]).toBeCloseTo(((1 - s) * plain[2]!) / 8 + s * plain[2]!, 12);
  });

  // Expected numbers: transformers 5.23, modeling_rope_utils, in float32.
  test.each([
    [
      { rope_theta: 1e4, factor: 4, original_max_position_embeddings: 64 },
      [1, 0.23717082, 0.049999997, 0.0079056947, 0.0024999999, 0.00079056947, 0.00025000001, 7.9056947e-5],
      1.138629436111989,
    ],
    [
      {
        rope_theta: 5e5,
        factor: 8,
        original_max_position_embeddings: 4096,
        beta_fast: 16,
        beta_slow: 2,
        mscale: 1,
        mscale_all_dim: 0.5,
        truncate: false,
      },
      [1, 0.19392276, 0.037606031, 0.0035685922, 0.00017677668, 3.4281024e-5, 6.6478697e-6, 1.2891732e-6],
      1.094179988101349,
    ],
  ])('yarn scaling slows the slow pairs, and lengthens q and k: %o', (parameters, expected, factor) => {
    const { inverseFrequencies, factor: found } = rope({
      head_dim: 16,
      rope_parameters: { rope_type: 'yarn', ...parameters },
    });
    expect(found).toBeCloseTo(factor, 14);
    for (const [pair, frequency] of expected.entries()) {
      expect(Math.abs(inverseFrequencies[pair]! / frequency - 1)).toBeLessThan(1e-6); // the expected ones are float32
    }
    const given = rope({ rope_parameters: { rope_type: 'yarn', ...parameters, attention_factor: 1.5 } });
    expect(given.factor).toBe(1.5);
  });

  test('yarn without a trained length takes the context; dynamic scaling changes nothing up to the context', () => {
    const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 };
    const { original_max_position_embeddings, ...short } = yarn;
    expect(rope({ rope_scaling: short, max_position_embeddings: 64 })).toEqual(rope({ rope_scaling: yarn }));
    expect(rope({ rope_scaling: { type: 'dynamic', factor: 3 } })).toEqual(rope({}));
  });

  test('longrope within its trained length: pairs slowed one by one; longer prompts are not taken', () => {
    const lengths = { max_position_embeddings: 1024, original_max_position_embeddings: 128 };
    const scaling = { partial_rotary_factor: 0.5, short_factor: [1, 1.5, 2, 4], long_factor: [2, 4, 8, 16] };
    const entries = { head_dim: 16, ...lengths, rope_scaling: { type: 'longrope', ...scaling } };
    const { inverseFrequencies, factor } = rope(entries);
    const expected = [1, 0.06666667, 0.005, 0.00025]; // transformers 5.23, as above
    for (const [pair, frequency] of expected.entries()) {
      expect(Math.abs(inverseFrequencies[pair]! / frequency - 1)).toBeLessThan(1e-6);
    }
    expect(factor).toBeCloseTo(1.1952286093343936, 14);
    expect(rope({ ...entries, rope_scaling: { type: 'su', ...scaling } }).factor).toBe(factor);
    expect(specOf({ ...llamaConfig, ...entries }, noTensors).contextLength).toBe(128);
    expect(specOf({ ...llamaConfig, ...lengths }, noTensors).contextLength).toBe(1024);
  });

  test('partial rotary positions turn the first channels only', () => {
    expect(rope({ partial_rotary_factor: 0.5 })).toEqual({ rotaryDim: 4, inverseFrequencies: [1, 0.01] });
  });

  test.each([
    [
      { rope_scaling: { rope_type: 'proportional' } },
      'unsupported-model',
      /"proportional".*default, dynamic, linear, llama3, yarn, longrope, su/,
    ],
    [{ rope_scaling: { type: 'yarn' } }, 'bad-model', /need factor/],
    [{ rope_theta: 1, rope_scaling: { type: 'yarn', factor: 2 } }, 'bad-model', /"yarn" are not usable/],
    [{ rope_scaling: { type: 'longrope', short_factor: [1] } }, 'bad-model', /short_factor has 1 numbers.*2 pairs/],
    [{ rope_scaling: { type: 'linear' } }, 'bad-model', /need factor/],
    [{ head_dim: 1 }, 'bad-model', /even number/],
    [
      { num_key_value_heads: 3 },
      'bad-model',
      /num_attention_heads \(4\) is not a multiple of num_key_value_heads \(3\)/,
    ],
  ])('%o is refused', (entries, code, sentence) => {
    expect(() => specOf({ ...llamaConfig, ...entries }, noTensors)).toThrow(expect.objectContaining({ code }));
    expect(() => specOf({ ...llamaConfig, ...entries }, noTensors)).toThrow(sentence);
  });
});

test.each<[string, unknown, RegExp]>([
  [
    'an unknown type',
    { model_type: 'mamba' },
    /"mamba" are not supported yet; supported are GPT-2 \(gpt2\), .*BERT \(bert\), RoBERTa \(roberta, xlm-roberta\), DistilBERT \(distilbert\), .*DINOv2 \(dinov2\)\./,
  ],
  ['no type', {}, /model_type is not usable/],
  ['a list', [], /config\.json/],
  ['a missing size', { ...tinyGpt2Config, n_embd: undefined }, /n_embd is not usable/],
  [
    'an absurd size',
    { ...tinyGpt2Config, n_embd: 1e12 },
    /n_embd is not usable\. It must be a whole number from 1 to 65536/,
  ],
  ['a negative number of blocks', { ...tinyGpt2Config, n_layer: -1 }, /n_layer/],
  ['half a head', { ...tinyGpt2Config, n_head: 1.5 }, /n_head/],
  [
    'heads that do not divide the width',
    { ...tinyGpt2Config, n_head: 3 },
    /n_embd \(4\) is not a multiple of n_head \(3\)/,
  ],
  [
    'an unknown activation',
    { ...tinyGpt2Config, activation_function: 'mish' },
    /activation_function.*supported are gelu/,
  ],
  ['eps of zero', { ...tinyGpt2Config, layer_norm_epsilon: 0 }, /layer_norm_epsilon/],
  [
    'a classifier on a decoder',
    { ...tinyGpt2Config, architectures: ['GPT2ForSequenceClassification'] },
    /architectures is GPT2ForSequenceClassification; models of type "gpt2" are supported with their language-model head/,
  ],
  ['a name in place of a list', { ...tinyGpt2Config, architectures: 'GPT2LMHeadModel' }, /architectures is not usable/],
  ['cross-attention', { ...tinyGpt2Config, add_cross_attention: true }, /add_cross_attention/],
])('%s is refused with the entry named', (_, config, sentence) => {
  expect(() => specOf(config, noTensors)).toThrow(UserError);
  expect(() => specOf(config, noTensors)).toThrow(sentence);
});
