// The families beside GPT-2 and Llama: what each does differently, in both spellings of its configuration, and what it refuses.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
  opt_post_norm: fixture('opt_post_norm/config.json'),
  qwen3: fixture('qwen3/config.json'),
  gemma2: fixture('gemma2/config.json'),
  gemma3: fixture('gemma3_text/config.json'),
  phi: fixture('phi/config.json'),
  bloom: fixture('bloom/config.json'),
  falcon: fixture('falcon/config.json'),
  falcon_new: fixture('falcon_new_decoder/config.json'),
  gptj: fixture('gptj/config.json'),
  gpt_neo: fixture('gpt_neo/config.json'),
};
type Family = keyof typeof configs;
const read = (family: Family, entries: Record<string, unknown> = {}, names = ownHead) =>
  specOf({ ...configs[family], ...entries }, names);
const block = (spec: ModelSpec): BlockSpec => spec.blocks[0]!;
const biases = ({ weights }: ModelSpec) => [...weights.keys()].filter((name) => /^blocks\.1.*bias$/.test(name));
const rows = (spec: ModelSpec, name: string): Slice['ranges'] => spec.weights.get(`blocks.1.${name}`)!.slice!.ranges;

const windows = ({ blocks }: ModelSpec) => blocks.map(({ attention }) => attention.window ?? null);

const tiny = new URL('../../../fixtures/tiny/', import.meta.url);
const twice = readdirSync(tiny).filter((name) => existsSync(new URL(`${name}/config.legacy.json`, tiny)));

test('the families with rotary positions are stored in both spellings', () => {
  expect(twice).toEqual(
    expect.arrayContaining(['falcon', 'gemma2', 'gemma3_text', 'gpt_neox', 'llama', 'mistral', 'phi', 'phi3', 'qwen3']),
  );
});

test.each(twice)('%s: both spellings give the same program', (family) => {
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

  test('blocks have the sliding window when it is used, from a block on or by their types', () => {
    const windowsOf = (entries: Record<string, unknown>) =>
      windows(read('qwen2', { sliding_window: 8, layer_types: null, ...entries }));
    const types = ['full_attention', 'sliding_attention', 'full_attention'];
    expect(windowsOf({ use_sliding_window: false, max_window_layers: 0 })).toEqual([null, null, null]);
    expect(windowsOf({ use_sliding_window: true, max_window_layers: 28 })).toEqual([null, null, null]);
    expect(windowsOf({ use_sliding_window: true, max_window_layers: 2 })).toEqual([null, null, 8]);
    expect(windowsOf({ use_sliding_window: true, layer_types: types })).toEqual([null, 8, null]);
    expect(windowsOf({ use_sliding_window: false, layer_types: types })).toEqual([null, null, null]);
    expect(read('qwen2', { use_sliding_window: true, max_window_layers: 0 }).contextLength).toBe(64);
  });
});

test('mistral is the Llama program with a window on every block', () => {
  const { family, blocks, ...same } = read('mistral', { sliding_window: 5 });
  const llama = specOf(fixture('llama/config.json'), ownHead);
  expect(family).toBe('Mistral');
  expect(llama).toMatchObject(same);
  expect(blocks).toEqual(
    llama.blocks.map(({ attention, ...block }) => ({ ...block, attention: { ...attention, window: 5 } })),
  );
  expect(read('mistral', { sliding_window: null }).blocks).toEqual(llama.blocks);
  expect(windows(read('mistral'))).toEqual([4096, 4096, 4096]);
  const patterns = compile(read('mistral', { sliding_window: 5 })).ops.filter(({ kind }) => kind === 'pattern');
  expect(patterns).toEqual(patterns.map((op) => ({ ...op, window: 5 })));
});

test('qwen3 norms queries and keys before they turn', () => {
  const spec = read('qwen3', { num_hidden_layers: 1, layer_types: null });
  const { ops } = compile(spec);
  expect(ops.slice(2, 7).map(({ kind, output }) => `${kind} ${output}`)).toEqual([
    'linear blocks.0.attention.query',
    'headNorm blocks.0.attention.queryNorm',
    'linear blocks.0.attention.key',
    'headNorm blocks.0.attention.keyNorm',
    'linear blocks.0.attention.value',
  ]);
  expect(ops[7]).toMatchObject({ query: 'blocks.0.attention.queryNorm', key: 'blocks.0.attention.keyNorm' });
  expect(ops[3]).toMatchObject({ heads: 4, eps: 1e-6, gain: { length: 6 } });
  expect(block(read('qwen3', { head_dim: undefined })).attention.dHead).toBe(128);
  expect(biases(read('qwen3', { attention_bias: true }))).toHaveLength(4);
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
  expect(windows(read('phi3', { sliding_window: 9 }))).toEqual([9, 9, 9]);
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

describe('gemma2', () => {
  test('norms stand on both sides of the sublayers, every second block has a window, scores and logits are capped', () => {
    const spec = read('gemma2', { layer_types: null });
    expect(windows(spec)).toEqual([3, null, 3]);
    expect(windows(read('gemma2', { layer_types: ['full_attention', 'full_attention', 'sliding_attention'] }))).toEqual(
      [null, null, 3],
    );
    expect(block(spec).attention).toMatchObject({ scale: 10 ** -0.5, softCap: 2 });
    const program = compile(spec);
    expect(program.logitSoftCap).toBe(3);
    expect(program.ops.slice(1, 15).map(({ output }) => output.replace('blocks.0.', ''))).toEqual([
      'attention.norm',
      'attention.query',
      'attention.key',
      'attention.value',
      'attention.pattern',
      'attention.mix',
      'attention.output',
      'attention.outputNorm',
      'attention.residual',
      'ffn.norm',
      'ffn.gate',
      'ffn.up',
      'ffn.activation',
      'ffn.down',
    ]);
    const { tensors, plus } = spec.weights.get('blocks.1.attention.outputNorm.gain')!;
    expect([tensors, plus]).toEqual([['model.layers.1.post_attention_layernorm.weight'], 1]);
    expect(spec.weights.get('blocks.1.ffn.norm.gain')!.tensors).toEqual([
      'model.layers.1.pre_feedforward_layernorm.weight',
    ]);
  });

  test('both caps may be null, and have defaults', () => {
    const free = read('gemma2', { attn_logit_softcapping: null, final_logit_softcapping: null });
    expect(block(free).attention.softCap).toBeUndefined();
    expect(compile(free).logitSoftCap).toBeNull();
    const usual = read('gemma2', { attn_logit_softcapping: undefined, final_logit_softcapping: undefined });
    expect([block(usual).attention.softCap, usual.logitSoftCap]).toEqual([50, 30]);
  });
});

describe('gemma3', () => {
  test('blocks with a window turn by other angles than those without', () => {
    const spec = read('gemma3', {
      layer_types: null,
      sliding_window_pattern: 3,
      rope_parameters: null,
      rope_theta: 1e6,
    });
    expect(windows(spec)).toEqual([3, 3, null]);
    const slowest = spec.blocks.map(({ attention }) => attention.rotary!.inverseFrequencies.at(-1));
    expect(slowest).toEqual([1e4 ** (-2 / 3), 1e4 ** (-2 / 3), 1e6 ** (-2 / 3)]);
    const scaled = read('gemma3', {
      layer_types: null,
      sliding_window_pattern: 3,
      rope_parameters: null,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    });
    const fastest = scaled.blocks.map(({ attention }) => attention.rotary!.inverseFrequencies[0]);
    expect(fastest).toEqual([1, 1, 1 / 8]);
  });

  test('norms on q and k are stored as their difference from 1; without a pattern every sixth block sees all', () => {
    const spec = read('gemma3', { layer_types: null, sliding_window_pattern: undefined, num_hidden_layers: 7 });
    expect(windows(spec)).toEqual([3, 3, 3, 3, 3, null, 3]);
    expect(spec.weights.get('blocks.1.attention.keyNorm.gain')).toMatchObject({
      tensors: ['model.layers.1.self_attn.k_norm.weight'],
      plus: 1,
    });
  });
});

test('phi has one norm for both sublayers, and a bias on the head', () => {
  const spec = read('phi');
  const { ops } = compile(spec);
  const reads = (output: string) => ops.find((op) => op.output === output)!;
  for (const part of ['attention.query', 'attention.key', 'attention.value', 'ffn.up']) {
    expect(reads(`blocks.1.${part}`)).toMatchObject({ input: 'blocks.1.norm' });
  }
  expect(reads('blocks.1.attention.residual')).toMatchObject({ left: 'blocks.0.ffn.residual' });
  expect(reads('blocks.1.ffn.residual')).toMatchObject({ left: 'blocks.1.attention.residual' });
  expect(reads('logits')).toMatchObject({ bias: { name: 'head.bias' } });
  expect(block(read('phi', { rope_parameters: null })).attention.rotary!.rotaryDim).toBe(4);
});

describe('bloom', () => {
  test('distance costs half as much from head to head, for any number of heads', () => {
    const slopes = (heads: number) => block(read('bloom', { hidden_size: 48, n_head: heads })).attention.slopes;
    expect(slopes(8)).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]);
    expect(slopes(2)).toEqual([1 / 16, 1 / 256]);
    expect(slopes(6)).toEqual([1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8]);
  });

  test('its sizes have two names each', () => {
    const { hidden_size, n_layer, n_head, ...rest } = configs.bloom;
    const other = { n_embed: hidden_size, num_hidden_layers: n_layer, num_attention_heads: n_head };
    expect(specOf({ ...rest, ...other }, tied)).toEqual(read('bloom', {}, tied));
    expect(read('bloom').embeddingNorm).toEqual({ kind: 'layer', eps: 1e-5 });
  });
});

describe('falcon', () => {
  test('7b: all queries, one key, one value; one norm', () => {
    const spec = read('falcon', {}, tied); // 4 heads of 4 channels
    expect(rows(spec, 'attention.query.weight')).toEqual([[0, 16]]);
    expect(rows(spec, 'attention.key.weight')).toEqual([[16, 20]]);
    expect(rows(spec, 'attention.value.weight')).toEqual([[20, 24]]);
    expect(block(spec)).toMatchObject({ style: 'shared', attention: { kvHeads: 1 }, ffn: { channels: 64 } });
    expect(biases(spec)).toEqual(['blocks.1.norm.bias']);
    expect(biases(read('falcon', { bias: true }))).toHaveLength(7);
  });

  test('40b: groups of queries with their key and value; a norm a branch, or one', () => {
    const spec = read('falcon_new', {}, tied);
    expect(rows(spec, 'attention.query.weight')).toEqual([
      [0, 8],
      [16, 24],
    ]);
    expect(rows(spec, 'attention.value.weight')).toEqual([
      [12, 16],
      [28, 32],
    ]);
    expect(block(spec).style).toBe('parallel');
    expect(block(read('falcon_new', { num_ln_in_parallel_attn: null })).style).toBe('parallel');
    expect(block(read('falcon_new', { num_ln_in_parallel_attn: 1 })).style).toBe('shared');
  });
});

test('gptj turns neighbouring channels, and only the head and the FFN have biases', () => {
  const spec = read('gptj');
  expect(block(spec)).toMatchObject({
    style: 'shared',
    attention: { rotary: { rotaryDim: 4, pairs: 'neighbours', inverseFrequencies: [1, 0.01] }, scale: 8 ** -0.5 },
    ffn: { channels: 64 },
  });
  expect(biases(spec)).toEqual(['blocks.1.norm.bias', 'blocks.1.ffn.up.bias', 'blocks.1.ffn.down.bias']);
  expect(spec.weights.has('head.bias')).toBe(true);
});

test('gpt_neo: local blocks have a window, scores no scale', () => {
  expect(windows(read('gpt_neo'))).toEqual([null, 3, null, 3]);
  expect(block(read('gpt_neo')).attention.scale).toBe(1);
  const types = {
    num_layers: 3,
    attention_types: [
      [['local'], 1],
      [['global'], 2],
    ],
  };
  expect(windows(read('gpt_neo', types))).toEqual([3, null, null]);
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

describe('opt with norms after the sublayers', () => {
  test('it has no final norm, and projects its embeddings in and out', () => {
    const spec = read('opt_post_norm', {}, tied); // width 16, embeddings of 10
    const { ops, output, hidden } = compile(spec);
    expect(block(spec).style).toBe('post');
    expect(output).toBe(hidden.at(-1));
    expect(ops[0]).toMatchObject({
      tokens: { outputs: 10 },
      projection: { name: 'embedding.project.weight', inputs: 10, outputs: 16 },
      projectionBias: null,
      positions: { outputs: 16 },
    });
    expect(ops.at(-2)).toMatchObject({ kind: 'linear', output: 'head.project', weight: { inputs: 16, outputs: 10 } });
    expect(ops.at(-1)).toMatchObject({
      input: 'head.project',
      weight: { name: 'embedding.tokens.weight', inputs: 10 },
    });
  });

  test('a head of its own reads the narrow embeddings too', () => {
    const own = compile(read('opt_post_norm', {}, ownHead)).ops.at(-1);
    expect(own).toMatchObject({ input: 'head.project', weight: { name: 'head.weight', inputs: 10, outputs: 38 } });
  });

  test('the widths may agree, and the final norm may be left out of a model with norms before', () => {
    const same = compile(read('opt_post_norm', { word_embed_proj_dim: 16 }, tied));
    expect(same.ops.some(({ output }) => output === 'head.project')).toBe(false);
    expect(same.ops[0]).toMatchObject({ projection: null });
    const bare = read('opt', { _remove_final_layer_norm: true }, tied);
    expect([bare.finalNorm, block(bare).style]).toEqual([null, 'pre']);
  });
});

test.each<[Family, Record<string, unknown>, string, RegExp]>([
  ['qwen2', { hidden_size: undefined }, 'bad-model', /hidden_size is not usable/],
  ['qwen2', { use_sliding_window: 'yes' }, 'bad-model', /use_sliding_window is not usable. It must be true or false/],
  ['qwen2', { sliding_window: -1 }, 'bad-model', /sliding_window is not usable/],
  ['qwen2', { layer_types: 'full' }, 'bad-model', /layer_types is not usable. It must be a list/],
  ['qwen2', { layer_types: ['full_attention'] }, 'bad-model', /layer_types names 1 blocks, but num_hidden_layers is 3/],
  [
    'qwen3',
    { layer_types: ['full_attention', 'chunked_attention', 'full_attention'] },
    'unsupported-model',
    /layer_types has "chunked_attention"; supported are "full_attention" and "sliding_attention"/,
  ],
  ['gemma2', { use_bidirectional_attention: true }, 'unsupported-model', /use_bidirectional_attention is true/],
  ['gemma2', { final_logit_softcapping: 0 }, 'bad-model', /final_logit_softcapping is not usable/],
  ['gemma2', { query_pre_attn_scalar: -1 }, 'bad-model', /query_pre_attn_scalar is not usable/],
  ['gemma3', { use_bidirectional_attention: true }, 'unsupported-model', /use_bidirectional_attention is true/],
  [
    'gemma3',
    { rope_parameters: { full_attention: { rope_type: 'proportional' }, sliding_attention: {} } },
    'unsupported-model',
    /"proportional"/,
  ],
  ['phi', { qk_layernorm: true }, 'unsupported-model', /qk_layernorm is true/],
  ['bloom', { n_head: undefined }, 'bad-model', /n_head is missing/],
  [
    'bloom',
    { apply_residual_connection_post_layernorm: true },
    'unsupported-model',
    /apply_residual_connection_post_layernorm is true/,
  ],
  ['falcon', { alibi: true }, 'unsupported-model', /alibi is true/],
  ['falcon', { parallel_attn: false }, 'unsupported-model', /parallel_attn is false/],
  ['falcon', { multi_query: false }, 'unsupported-model', /multi_query is false/],
  ['falcon', { num_ln_in_parallel_attn: 3 }, 'bad-model', /num_ln_in_parallel_attn is not usable. It must be 1 or 2/],
  ['gptj', { rotary_dim: null }, 'bad-model', /rotary_dim is not usable/],
  ['gptj', { rotary_dim: 10 }, 'bad-model', /even number of a head's 8 channels, not 10/],
  [
    'gpt_neo',
    { attention_types: [[['global'], 3]] },
    'bad-model',
    /attention_types names 3 blocks, but num_layers is 4/,
  ],
  [
    'gpt_neo',
    { attention_types: [[['global', 'sparse'], 2]] },
    'unsupported-model',
    /attention_types has "sparse"; supported are "global" and "local"/,
  ],
  ['gpt_neo', { attention_types: 'global' }, 'bad-model', /attention_types is not usable/],
  ['mistral', { sliding_window: 0.5 }, 'bad-model', /sliding_window is not usable/],
  ['phi3', { rope_parameters: { rope_type: 'longrope', long_factor: [1] } }, 'bad-model', /short_factor has 0 numbers/],
  ['phi3', { rope_parameters: null, rope_scaling: { type: 'mrope' } }, 'unsupported-model', /"mrope"/],
  ['phi3', { num_key_value_heads: 3 }, 'bad-model', /not a multiple of num_key_value_heads/],
  ['gemma', { head_dim: 0 }, 'bad-model', /head_dim is not usable/],
  ['gemma', { hidden_act: 'mish' }, 'bad-model', /hidden_act is not usable/],
  ['gemma', { use_bidirectional_attention: true }, 'unsupported-model', /use_bidirectional_attention is true/],
  ['gpt_neox', { intermediate_size: null }, 'bad-model', /intermediate_size is not usable/],
  ['gpt_neox', { rope_parameters: null, rotary_pct: 2 }, 'bad-model', /rotary_pct is not usable. It must be at most 1/],
  ['gpt_neox', { num_attention_heads: 5 }, 'bad-model', /hidden_size \(32\) is not a multiple/],
  ['opt', { ffn_dim: undefined }, 'bad-model', /ffn_dim is not usable/],
  ['opt', { layer_norm_elementwise_affine: false }, 'unsupported-model', /layer_norm_elementwise_affine is false/],
])('%s with %o is refused with the entry named', (family, entries, code, sentence) => {
  expect(() => read(family, entries)).toThrow(expect.objectContaining({ name: 'UserError', code }));
  expect(() => read(family, entries)).toThrow(sentence);
});
