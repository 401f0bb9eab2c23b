import { expect, test, vi } from 'vitest';
import { createReferenceBackend } from '../engine/backends/reference';
import { createSession } from '../engine/session';
import { relativeError } from '../tensor/compare';
import { toFloat32, toInt32 } from './decode';
import type { ModelFiles } from './files';
import { folderFiles } from './folder';
import { loadModel } from './load';
import { readSafetensors, type TensorToWrite, writeSafetensors } from './safetensors';
import { countingTensors, memoryFiles, tinyGpt2Config, tinyGpt2Shapes } from './testing/memoryFiles';
import { loadWhole } from './testing/wholeModel';

const config = JSON.stringify(tinyGpt2Config);
const fixture = (name: string) => folderFiles(`fixtures/tiny/${name}`);
const whole = { maxBytes: 1e8 };

/** The fixture with another file as its config.json. */
const configuredBy = (name: string, file: string): ModelFiles => {
  const files = fixture(name);
  return { ...files, read: (asked, options) => files.read(asked === 'config.json' ? file : asked, options) };
};
const rotaryModels = ['gpt_neox', 'gpt_neox_sequential', 'llama', 'qwen2', 'phi3', 'gemma'];

test.each<readonly [string, string, string]>([
  ...['gpt2', 'opt', 'bert', 'roberta', 'vit', ...rotaryModels].map(
    (name) => [name, 'config.json', 'golden.safetensors'] as const,
  ),
  ...rotaryModels.map((name) => [name, 'config.legacy.json', 'golden.safetensors'] as const),
])('%s by %s runs to the residual stream, attention and output of %s', async (name, configuration, goldens) => {
  const golden = readSafetensors(await fixture(name).read(goldens, whole)).tensors;
  const { program, weights, info } = await loadModel(configuredBy(name, configuration));
  expect((await info()).ignored).toEqual([]);
  const session = await createSession(program, weights, createReferenceBackend());
  const pixels = golden.get('pixel_values');
  const input = pixels
    ? { shape: pixels.shape, data: toFloat32(pixels, 'pixel_values') }
    : [...toInt32(golden.get('input_ids')!, 'input_ids')];
  const { trace } = await session.run(input, () => {});
  const error = async (key: string, array: Parameters<typeof session.backend.read>[0]) =>
    relativeError(await session.backend.read(array), toFloat32(golden.get(key)!, key));
  for (const [block, hidden] of trace.hidden.entries()) {
    expect(await error(`hidden.${block}`, hidden.data), `hidden.${block}`).toBeLessThan(1e-6);
  }
  for (const [block, pattern] of program.patterns.entries()) {
    expect(await error(`attn.${block}`, trace.frozen.get(pattern)!.pattern!), `attn.${block}`).toBeLessThan(1e-6);
  }
  expect(await error('y', trace.output.data)).toBeLessThan(1e-6);
});

test('fused columns are cut apart and the rest is taken as it lies', async () => {
  const bytes = countingTensors(tinyGpt2Shapes);
  const { weights } = await loadModel(memoryFiles({ 'config.json': config, 'model.safetensors': bytes }));
  const fused = toFloat32(readSafetensors(bytes).tensors.get('transformer.h.0.attn.c_attn.weight')!, 'c_attn');
  const columns = (from: number) =>
    [0, 1, 2, 3].flatMap((row) => [...fused.subarray(12 * row + from, 12 * row + from + 4)]);
  expect([...(await weights.take('blocks.0.attention.query.weight'))]).toEqual(columns(0));
  expect([...(await weights.take('blocks.0.attention.value.weight'))]).toEqual(columns(8));
  expect([...(await weights.take('embedding.tokens.weight')).subarray(0, 3)]).toEqual([0, 1, 2]);
  expect(weights.names).not.toContain('head.weight');
});

test('what the files leave out of a gain is added, in a copy', async () => {
  const { spec, weights } = await loadModel(fixture('gemma'));
  const { tensors } = readSafetensors(await fixture('gemma').read('model.safetensors', whole));
  const stored = toFloat32(tensors.get('model.layers.1.input_layernorm.weight')!, 'gain');
  expect(await weights.take('blocks.1.attention.norm.gain')).toEqual(stored.map((value) => 1 + value));
  expect(spec.weights.get('blocks.1.attention.output.weight')?.plus).toBe(0);
});

test('names without the transformer. prefix and unused tensors are accepted, the latter listed', async () => {
  const shapes = Object.fromEntries(
    Object.entries(tinyGpt2Shapes).map(([name, shape]) => [name.replace('transformer.', ''), shape]),
  );
  const bytes = countingTensors({ ...shapes, 'h.0.attn.bias': [1, 1, 3, 3] });
  const model = await loadModel(memoryFiles({ 'config.json': config, 'model.safetensors': bytes }, 'mine'));
  const info = await model.info();
  expect(info).toMatchObject({
    id: 'mine',
    family: 'GPT-2',
    title: 'mine (GPT-2)',
    parameters: 284,
    ignored: ['h.0.attn.bias'],
  });
  expect(info.revision).toMatch(/^[0-9a-f]{12}$/);
  expect(info.bytes).toBe(bytes.byteLength);
});

test('shards with an index load like one file', async () => {
  const names = Object.keys(tinyGpt2Shapes);
  const shard = (half: readonly string[]) =>
    countingTensors(Object.fromEntries(half.map((name) => [name, tinyGpt2Shapes[name]!])));
  const file = (name: string) => (names.indexOf(name) < 6 ? 'model-1.safetensors' : 'model-2.safetensors');
  const index = { weight_map: Object.fromEntries(names.map((name) => [name, file(name)])) };
  const files = {
    'config.json': config,
    'model.safetensors.index.json': JSON.stringify(index),
    'model-1.safetensors': shard(names.slice(0, 6)),
    'model-2.safetensors': shard(names.slice(6)),
  };
  const onProgress = vi.fn();
  const { weights, info } = await loadModel(memoryFiles(files), { onProgress });
  expect(weights.names).toHaveLength(20);
  expect(onProgress).not.toHaveBeenCalledWith('model-2.safetensors', expect.anything(), expect.anything());
  for (const name of weights.names) await weights.take(name);
  const before = onProgress.mock.calls.length;
  expect((await info()).revision).toMatch(/^[0-9a-f]{12}$/);
  expect(onProgress).toHaveBeenCalledTimes(before); // every file was read once
  expect((await info()).bytes).toBe(files['model-1.safetensors'].byteLength + files['model-2.safetensors'].byteLength);
  expect(onProgress).toHaveBeenCalledWith('model-2.safetensors', expect.any(Number), expect.any(Number));
  const outside = { weight_map: { 'transformer.wte.weight': '../secret.safetensors' } };
  const bad = memoryFiles({ ...files, 'model.safetensors.index.json': JSON.stringify(outside) });
  await expect(loadModel(bad)).rejects.toThrow(/no safetensors file beside it/);
  const swapped = memoryFiles({ ...files, 'model-1.safetensors': files['model-2.safetensors'] });
  await expect(loadModel(swapped)).rejects.toThrow(/model-1\.safetensors lacks the tensor transformer\.wte\.weight/);
});

const without = (name: string) => Object.fromEntries(Object.entries(tinyGpt2Shapes).filter(([key]) => key !== name));
const good = { 'config.json': config, 'model.safetensors': countingTensors(tinyGpt2Shapes) };
/** The good file with one tensor of other content. */
function withTensor(name: string, data: Float32Array | Int32Array): Uint8Array {
  const tensors = new Map<string, TensorToWrite>();
  for (const [key, tensor] of readSafetensors(good['model.safetensors']).tensors) {
    tensors.set(
      key,
      key === name ? { shape: tensor.shape, data } : { shape: tensor.shape, data: toFloat32(tensor, key) },
    );
  }
  return writeSafetensors(tensors);
}
const badBlock = { ...tinyGpt2Shapes, 'transformer.h.0.mlp.c_fc.weight': [16, 4] };

test.each<[string, Record<string, string | Uint8Array>, string, RegExp]>([
  ['no configuration', { 'model.safetensors': good['model.safetensors'] }, 'not-found', /config\.json/],
  [
    'a web page as configuration',
    { ...good, 'config.json': '\n<!DOCTYPE html>' },
    'bad-model',
    /web page \(HTML\), not JSON/,
  ],
  [
    'a configuration that is cut off',
    { ...good, 'config.json': config.slice(0, 20) },
    'bad-model',
    /config\.json is not valid JSON/,
  ],
  ['a configuration that is a number', { ...good, 'config.json': '3' }, 'bad-model', /not a JSON object/],
  [
    'no weights',
    { 'config.json': config },
    'not-found',
    /neither model\.safetensors nor model\.safetensors\.index\.json/,
  ],
  [
    'an index without a map',
    { 'config.json': config, 'model.safetensors.index.json': '{}' },
    'bad-model',
    /no weight_map/,
  ],
  [
    'a missing tensor',
    { ...good, 'model.safetensors': countingTensors(without('transformer.ln_f.bias')) },
    'bad-model',
    /lack the tensor transformer\.ln_f\.bias or ln_f\.bias/,
  ],
  [
    'a shape that contradicts the configuration',
    { ...good, 'model.safetensors': countingTensors(badBlock) },
    'bad-model',
    /c_fc\.weight has shape \[16, 4\], but config\.json asks for \[4, 16\]/,
  ],
  [
    'a fused tensor of the wrong width',
    { ...good, 'model.safetensors': countingTensors({ ...tinyGpt2Shapes, 'transformer.h.0.attn.c_attn.bias': [11] }) },
    'bad-model',
    /c_attn\.bias has shape \[11\], but config\.json asks for \[12\]/,
  ],
  [
    'weights that are not numbers',
    { ...good, 'model.safetensors': withTensor('transformer.ln_f.bias', Float32Array.of(1, Number.NaN, 2, 3)) },
    'bad-model',
    /transformer\.ln_f\.bias holds NaN: no result can come of it/,
  ],
  [
    'weights of a type that is not read',
    { ...good, 'model.safetensors': withTensor('transformer.ln_f.bias', Int32Array.of(1, 2, 3, 4)) },
    'bad-model',
    /transformer\.ln_f\.bias is stored as I32; weights are read from F32, F16 and BF16/,
  ],
  [
    'a truncated file',
    { ...good, 'model.safetensors': good['model.safetensors'].slice(0, -4) },
    'bad-model',
    /download is not complete/,
  ],
])('%s ends in a named error', async (_, files, code, sentence) => {
  const error = await loadWhole(memoryFiles(files)).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ name: 'UserError', code });
  expect((error as Error).message).toMatch(sentence);
});

test('what does not fit is refused by its configuration, before the weights are read', async () => {
  const files = { ...memoryFiles(good, 'mine'), read: vi.fn(memoryFiles(good).read) };
  const budgets = { device: 500, tab: 1e6 };
  await expect(loadModel(files, { budgets })).rejects.toMatchObject({
    code: 'over-budget',
    message: expect.stringMatching(
      /^mine does not fit: With float32 weights it would take 1\.9 kB on the graphics device \(weights and a run of 3 tokens\), more than the 500 bytes that are allowed, with float16 weights 1\.5 kB, which is too much as well, and even with weights that are read when they are used at least \d+ bytes: choose a smaller model, or allow more memory\.$/,
    ),
  });
  expect(files.read.mock.calls.map(([name]) => name)).toEqual(['config.json']);
  await expect(loadModel(files, { budgets: { device: 1e6, tab: 100 } })).rejects.toThrow(
    /would take .* of memory in this tab, more than the 100 bytes/,
  );
});

test('what fits in parts only opens streamed and says so; files that cannot be read in parts are refused', async () => {
  const budgets = { device: 1200, tab: 1e9 };
  const streamed = await loadModel(memoryFiles(good, 'mine'), { budgets });
  expect(streamed.streamed).toBe(true);
  expect(streamed.remarks()).toEqual([
    'mine takes more than the 1.2 kB that are allowed on the graphics device: the weights that do not fit are read from storage whenever they are used: the same numbers, more slowly.',
  ]);
  expect((await loadModel(memoryFiles(good), { budgets: { ...budgets, device: 1e6 } })).streamed).toBe(false);

  const wide = countingTensors({ ...tinyGpt2Shapes, 'transformer.h.0.attn.bias': [16_000_000] });
  const held = { ...good, 'model.safetensors': wide };
  await expect(loadModel(memoryFiles(held, 'mine'), { budgets })).rejects.toMatchObject({
    code: 'over-budget',
    message:
      'mine does not fit: It would take 1.9 kB on the graphics device, more than the 1.2 kB that are allowed, and its files cannot be read again in parts: download it and open its folder, allow more memory, or choose a smaller model.',
  });
});

test('large files are let go of, and read again when an array is taken again', async () => {
  const wide = { ...tinyGpt2Shapes, 'transformer.h.0.attn.bias': [16_000_000] }; // a buffer that nobody reads makes the file large
  const file = countingTensors(wide);
  const files = { ...memoryFiles({ ...good, 'model.safetensors': file }), read: vi.fn() };
  files.read.mockImplementation(memoryFiles({ ...good, 'model.safetensors': file }).read);
  const { weights } = await loadModel(files);
  const first = await weights.take('final.norm.gain');
  expect(files.read.mock.calls.filter(([name]) => name === 'model.safetensors')).toHaveLength(1);
  weights.release();
  expect(await weights.take('final.norm.gain')).toEqual(first);
  const [, again] = files.read.mock.calls.filter(([name]) => name === 'model.safetensors');
  expect(again![1]).toMatchObject({ again: true });
});

test('a model without tokenizer files takes ids only', async () => {
  const { tokenizer } = await loadModel(memoryFiles(good, 'mine'));
  const ids = await tokenizer();
  expect(ids.describe(4)).toEqual({ id: 4, piece: '#4', special: false, unknown: false });
  expect(() => ids.encode('hello')).toThrow(/mine has no tokenizer\.json/);
});
