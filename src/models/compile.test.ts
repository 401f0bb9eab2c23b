import { expect, test } from 'vitest';
import { parameterCount, weightsOf } from '../program/program';
import { checkProgram } from './checkProgram';
import { compile } from './compile';
import type { WeightSource } from './spec';
import { specOf } from './specs';
import { tinyGpt2Config } from './testing/memoryFiles';

const llamaConfig = {
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 10,
};
const neoxConfig = { ...llamaConfig, model_type: 'gpt_neox', hidden_size: 32 };
const specs = {
  gpt2: specOf(tinyGpt2Config, new Set()),
  llama: specOf(llamaConfig, new Set(['lm_head.weight'])),
  neox: specOf(neoxConfig, new Set(['embed_out.weight'])),
  sequentialNeox: specOf({ ...neoxConfig, use_parallel_residual: false }, new Set(['embed_out.weight'])),
};

test('a GPT-2 block has its ops in order, by path names', () => {
  const names = compile(specs.gpt2).ops.map(({ kind, output }) => `${kind} ${output}`);
  expect(names).toEqual([
    'embed embedding',
    'norm blocks.0.attention.norm',
    'linear blocks.0.attention.query',
    'linear blocks.0.attention.key',
    'linear blocks.0.attention.value',
    'pattern blocks.0.attention.pattern',
    'mix blocks.0.attention.mix',
    'linear blocks.0.attention.output',
    'add blocks.0.attention.residual',
    'norm blocks.0.ffn.norm',
    'linear blocks.0.ffn.up',
    'activate blocks.0.ffn.activation',
    'linear blocks.0.ffn.down',
    'add blocks.0.ffn.residual',
    'norm final.norm',
    'unembed logits',
  ]);
});

test('embeddings of another width may be projected after their norm', () => {
  const matrix: WeightSource = { tensors: ['any'], layout: 'outIn', slice: null, plus: 0 };
  const extra = ['embedding.norm.gain', 'embedding.project.weight', 'embedding.project.bias', 'head.project.weight'];
  const { hidden, ops } = compile({
    ...specs.gpt2,
    embeddingNorm: { kind: 'rms', eps: 1e-6 },
    embeddingProjection: { width: 3, place: 'norm' },
    weights: new Map([...specs.gpt2.weights, ...extra.map((name) => [name, matrix] as const)]),
  });
  expect(hidden[0]).toBe('embedding.project');
  expect(ops[0]).toMatchObject({ tokens: { outputs: 3 }, projection: null, positions: { outputs: 3 } });
  expect(ops[1]).toMatchObject({ output: 'embedding.norm', gain: { length: 3 } });
  expect(ops[2]).toMatchObject({ stage: 'embedding', weight: { inputs: 3, outputs: 4 }, bias: { length: 4 } });
  expect(ops.at(-1)).toMatchObject({ input: 'head.project', weight: { inputs: 3 } });
});

test.each([
  ['neox', 'parallel', 'embedding'],
  ['sequentialNeox', 'one after the other', 'blocks.0.attention.residual'],
] as const)('%s: attention and FFN stand %s', (name, _, ffnReads) => {
  const ops = new Map(compile(specs[name]).ops.map((op) => [op.output, op]));
  expect(ops.get('blocks.0.attention.norm')).toMatchObject({ input: 'embedding' });
  expect(ops.get('blocks.0.attention.residual')).toMatchObject({
    left: 'embedding',
    right: 'blocks.0.attention.output',
  });
  expect(ops.get('blocks.0.ffn.norm')).toMatchObject({ input: ffnReads });
  expect(ops.get('blocks.0.ffn.residual')).toMatchObject({
    left: 'blocks.0.attention.residual',
    right: 'blocks.0.ffn.down',
  });
});

test('the program names its landmarks', () => {
  expect(compile(specs.llama)).toMatchObject({
    hidden: ['embedding', 'blocks.0.ffn.residual', 'blocks.1.ffn.residual', 'blocks.2.ffn.residual'],
    output: 'final.norm',
    logits: 'logits',
    patterns: ['blocks.0.attention.pattern', 'blocks.1.attention.pattern', 'blocks.2.attention.pattern'],
    blocks: 3,
    dModel: 16,
    dFfn: 24,
    heads: 4,
    gated: true,
    causal: true,
  });
  expect(compile(specs.gpt2).gated).toBe(false);
});

test('a tied head is the token embedding read the other way, and counts once', () => {
  const program = compile(specs.gpt2);
  const unembed = program.ops.at(-1)!;
  expect(unembed).toMatchObject({
    weight: { name: 'embedding.tokens.weight', inputs: 4, outputs: 5, layout: 'outIn' },
    bias: null,
  });
  // wte 20, wpe 12, two norms and the final one 8 each, c_attn 60, c_proj 20, c_fc 80, c_proj 68
  expect(parameterCount(program)).toBe(20 + 12 + 24 + 60 + 20 + 80 + 68);
});

test.each(Object.entries(specs))(
  '%s: every input is defined before it is used, and the weights are those of the map',
  (_, spec) => {
    const program = compile(spec);
    expect(() => checkProgram(program, spec.weights)).not.toThrow();
    expect(new Set(weightsOf(program).map(({ name }) => name))).toEqual(new Set(spec.weights.keys()));
  },
);

test('a faulty program is refused: order, widths, names, weights', () => {
  const spec = specs.gpt2;
  const program = compile(spec);
  const withOps = (ops: typeof program.ops) => () => checkProgram({ ...program, ops }, spec.weights);
  const [embed, norm, ...rest] = program.ops;
  expect(withOps([norm!, embed!, ...rest])).toThrow(
    'blocks.0.attention.norm reads embedding, which no earlier op makes',
  );
  expect(withOps([embed!, embed!])).toThrow('two ops make embedding');
  expect(withOps(program.ops.slice(0, -1))).toThrow('logits, which no op makes');
  const wide = program.ops.map((op) => (op.kind === 'add' ? { ...op, channels: 5 } : op));
  expect(withOps(wide)).toThrow('blocks.0.attention.residual expects 5 channels of embedding, which has 4');
  const extra = new Map([
    ...spec.weights,
    ['head.bias', { tensors: ['x'], layout: 'inOut', slice: null, plus: 0 }] as const,
  ]);
  expect(() => checkProgram(program, extra)).toThrow('no op uses the weight head.bias');
});
