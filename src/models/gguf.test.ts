import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../engine/backends/reference';
import { createSession } from '../engine/session';
import { relativeError } from '../tensor/compare';
import { UserError } from '../tensor/errors';
import { toFloat32, toInt32 } from './decode';
import type { PartedFile } from './files';
import { folderFiles, partedFile } from './folder';
import { type GgufValue, readGguf } from './gguf';
import { type BlockType, blockTypes, decodeBlocks } from './ggufBlocks';
import { hubLayout } from './ggufConfig';
import { ggufFiles } from './ggufFiles';
import { tokenizerOf } from './ggufTokenizer';
import { loadModel } from './load';
import { readSafetensors } from './safetensors';
import { specOf } from './specs';
import { loadWhole } from './testing/wholeModel';
import { createTokenizer } from './tokenizer';

const folder = 'fixtures/gguf';
const fixture = (name: string) => ggufFiles(`${name}.gguf`, () => partedFile(`${folder}/${name}.gguf`));
const tensorsOf = (name: string) => readSafetensors(readFileSync(`${folder}/${name}`)).tensors;
const inMemory = (bytes: Uint8Array, name = 'model.gguf'): PartedFile => ({
  name,
  size: bytes.byteLength,
  read: async (from, to) => bytes.slice(from, to),
});

const blocks = tensorsOf('blocks.safetensors');
const quantised = Object.keys(blockTypes).filter((type) => blockTypes[type as BlockType].decode !== null);

test.each(quantised)('%s blocks become the float32 numbers of gguf-py, to the last bit', (type) => {
  const stored = blocks.get(`${type}.blocks`)!;
  const wanted = toFloat32(blocks.get(`${type}.values`)!, type);
  const { values, bytes } = blockTypes[type as BlockType];
  expect(stored.shape).toEqual([6, bytes]);
  const tensor = decodeBlocks(type as BlockType, [6, values], stored.bytes);
  const bits = (array: Float32Array) => [...new Uint32Array(array.buffer, array.byteOffset, array.length)];
  // −0 and 0 are the same number.
  const plus = (array: Float32Array) => bits(array.map((value) => value + 0));
  expect(plus(toFloat32(tensor, type))).toEqual(plus(wanted));
});

test('a Llama converted to GGUF has the very weights that it was made of', async () => {
  const [converted, original] = await Promise.all([
    loadModel(fixture('llama-f32')),
    loadModel(folderFiles('fixtures/tiny/llama')),
  ]);
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  expect(plain({ ...converted.spec, weights: null })).toEqual(plain({ ...original.spec, weights: null }));
  expect(new Set(converted.weights.names)).toEqual(new Set(original.weights.names));
  for (const name of original.weights.names) {
    expect(await converted.weights.take(name), name).toEqual(await original.weights.take(name));
  }
  const info = await converted.info();
  expect(info).toMatchObject({ id: 'llama-f32.gguf', title: 'llama-f32.gguf (Llama)', ignored: [] });
  expect(converted.remarks()).toEqual([]);
  expect(info.revision).toMatch(/^[0-9a-f]{12}$/);
});

const expected = tensorsOf('expected.safetensors');
test.each([
  'small-f16',
  'small-bf16',
  'small-q4_0',
  'small-q4_1',
  'small-q5_0',
  'small-q5_1',
  'small-q8_0',
  'wide-q4_k',
  'qwen2-q8_0',
])('%s gives the logits of transformers on the dequantised weights', async (name) => {
  const { program, weights, info: infoOf, remarks } = await loadModel(fixture(name));
  const info = await infoOf();
  expect(info.ignored).toEqual([]);
  const session = await createSession(program, weights, createReferenceBackend());
  const ids = [...toInt32(expected.get(`${name}.ids`)!, 'ids')];
  const { trace } = await session.run(ids, () => {});
  const tied = !weights.names.includes('head.weight');
  const head = await weights.take(tied ? 'embedding.tokens.weight' : 'head.weight');
  const y = Float64Array.from(await session.backend.read(trace.output.data));
  const { dModel, vocab } = program;
  const logits = Float64Array.from({ length: ids.length * vocab }, (_, at) => {
    const [row, token] = [Math.floor(at / vocab), at % vocab];
    let sum = 0;
    for (let channel = 0; channel < dModel; channel++) {
      sum += y[row * dModel + channel]! * head[token * dModel + channel]!;
    }
    return sum;
  });
  // The golden logits are float64 results stored as float32.
  expect(relativeError(logits, toFloat32(expected.get(`${name}.logits`)!, name))).toBeLessThan(1e-6);
  const quantisedType = /q\d_\w+$/.exec(name)?.[0].toUpperCase() ?? null;
  const family = name.startsWith('qwen2') ? 'Qwen2' : 'Llama';
  expect(info.title).toBe(`${name}.gguf (${family}${quantisedType ? `, ${quantisedType} weights` : ''})`);
  expect(remarks()).toHaveLength(quantisedType ? 1 : 0);
  if (quantisedType) expect(remarks()[0]).toContain('what is analysed is this quantised model');
});

test('factors of the rotary frequencies, as Llama 3 has them, divide the frequencies', async () => {
  const header = await readGguf(await partedFile(`${folder}/small-q8_0.gguf`));
  const layout = (factors: readonly number[] | null) => hubLayout(header, 'x', factors).config;
  const rotary = (config: unknown) => specOf(config, new Set()).blocks[0]!.attention.rotary!.inverseFrequencies;
  const plain = rotary(layout(null));
  expect(plain).toHaveLength(4);
  expect(rotary(layout([1, 2, 4, 32]))).toEqual(plain.map((frequency, at) => frequency / [1, 2, 4, 32][at]!));
  expect(() => rotary(layout([1, 2]))).toThrow(/need 4 factors, not 2/);
});

describe('tokenizers', () => {
  const wanted = JSON.parse(readFileSync(`${folder}/tokens.json`, 'utf8')) as Record<string, [string, number[]][]>;
  const own = Object.keys(wanted).filter((name) => !name.includes(' as '));
  const others = Object.keys(wanted).filter((name) => name.includes(' as '));
  test.each(others)('%s: words are cut as that model’s own tokenizer cuts them', async (name) => {
    const [file, pre] = name.split(' as ') as [string, string];
    const { metadata } = await readGguf(await partedFile(`${folder}/${file}.gguf`));
    const json = tokenizerOf(new Map([...metadata, ['tokenizer.ggml.pre', pre]]), file)!;
    const tokenizer = await createTokenizer({ ...json }, {});
    for (const [text, ids] of wanted[name]!) expect(tokenizer.encode(text), text).toEqual(ids);
  });
  test('the first token is added where the file says so, and else where that kind of model has it', async () => {
    const { metadata } = await readGguf(await partedFile(`${folder}/wide-q4_k.gguf`));
    const first = async (entries: [string, GgufValue][]) => {
      const json = tokenizerOf(new Map([...metadata, ...entries]), 'x')!;
      return (await createTokenizer({ ...json }, {})).encode('H')[0];
    };
    expect(await first([])).not.toBe(1);
    expect(await first([['tokenizer.ggml.add_bos_token', true]])).toBe(1);
    const unsaid = new Map(metadata);
    unsaid.delete('tokenizer.ggml.add_bos_token');
    const llama3 = tokenizerOf(unsaid.set('tokenizer.ggml.pre', 'llama-bpe'), 'x')!;
    expect((await createTokenizer({ ...llama3 }, {})).encode('H')[0]).toBe(1);
  });
  test.each(own)('%s has the ids of the original tokenizer', async (name) => {
    const tokenizer = await (await loadModel(fixture(name))).tokenizer();
    expect(tokenizer.kind).toBe('text');
    for (const [text, ids] of wanted[name]!) expect(tokenizer.encode(text), text).toEqual(ids);
    const [first] = wanted[name]![0]!;
    expect(tokenizer.decode(tokenizer.encode(first))).toBe(first);
  });
  test.each<[string, [string, GgufValue][], RegExp]>([
    ['no tokens', [['tokenizer.ggml.tokens', 'none']], /tokenizer\.ggml\.tokens is missing or not usable/],
    [
      'types of other tokens',
      [['tokenizer.ggml.token_type', Int32Array.of(1)]],
      /400 tokens, but 1 entries of tokenizer\.ggml\.token_type/,
    ],
    ['a token twice', [['tokenizer.ggml.tokens', Array(400).fill('a')]], /has a token twice/],
    ['a merge of one part', [['tokenizer.ggml.merges', ['ab']]], /“ab” is no merge/],
    ['another kind', [['tokenizer.ggml.model', 'bert']], /tokenizer of kind "bert"; of GGUF files gpt2 and llama/],
    ['SentencePiece without scores', [['tokenizer.ggml.model', 'llama']], /tokenizer\.ggml\.scores is missing/],
  ])('broken: %s', async (_, entries, sentence) => {
    const { metadata } = await readGguf(await partedFile(`${folder}/wide-q4_k.gguf`));
    const read = () => tokenizerOf(new Map([...metadata, ...entries]), 'model.gguf');
    expect(read).toThrow(sentence);
    expect(read).toThrow(UserError);
  });

  test('a file without one takes ids', async () => {
    const tokenizer = await (await loadModel(fixture('llama-f32'))).tokenizer();
    expect(() => tokenizer.encode('hello')).toThrow(/no tokenizer\.json/);
  });
});

describe('a broken file ends in a sentence', () => {
  const small = new Uint8Array(readFileSync(`${folder}/small-q8_0.gguf`));
  const filesOf = (bytes: Uint8Array, name?: string) => {
    const file = inMemory(bytes, name);
    return ggufFiles(file.name, async () => file);
  };
  const load = (bytes: Uint8Array, name?: string) => loadModel(filesOf(bytes, name));
  /** The file with these bytes in place of the first occurrence of a text, counted from its end by `skip`. */
  const patched = (text: string, skip: number, bytes: readonly number[]) => {
    const copy = small.slice();
    const at = Buffer.from(copy.buffer).indexOf(text) + text.length + skip;
    copy.set(bytes, at);
    return copy;
  };
  const u32 = (value: number) => [...new Uint8Array(new Uint32Array([value]).buffer)];
  const huge = [255, 255, 255, 255, 255, 255, 255, 255];
  const at = (from: number, bytes: readonly number[]) => {
    const copy = small.slice();
    copy.set(bytes, from);
    return copy;
  };

  test.each<[string, Uint8Array, string, RegExp]>([
    ['nothing', new Uint8Array(0), 'bad-model', /has 0 bytes, too few/],
    ['another format', new TextEncoder().encode('<html>'.repeat(10)), 'bad-model', /does not begin with "GGUF"/],
    ['cut in the header', small.slice(0, 3000), 'bad-model', /ends in its header|runs past its end/],
    ['cut in the data', small.slice(0, -40_000), 'bad-model', /lies beyond its end.*download is not complete/],
    ['version 1', at(4, u32(1)), 'unsupported-model', /it is version 1; versions 2 and 3/],
    ['big-endian', at(4, [0, 0, 0, 3]), 'unsupported-model', /big-endian/],
    ['absurd number of tensors', at(8, huge), 'bad-model', /beyond all sizes/],
    ['too many tensors', at(8, [...u32(200_000), 0, 0, 0, 0]), 'bad-model', /claims 200000 tensors, more than/],
    ['too many keys', at(16, [...u32(200_000), 0, 0, 0, 0]), 'bad-model', /claims 200000 metadata entries/],
    ['a key’s length lies', at(24, huge), 'bad-model', /beyond all sizes/],
    ['a text past the end', at(24, [0, 0, 0, 1, 0, 0, 0, 0]), 'bad-model', /runs past its end/],
    ['an unknown type', patched('llama.block_count', 0, u32(77)), 'bad-model', /llama\.block_count is of type 77/],
    ['no blocks', patched('llama.block_count', 4, u32(0)), 'bad-model', /llama\.block_count is missing or not usable/],
    ['absurd sizes', patched('llama.embedding_length', 4, u32(2 ** 31 - 1)), 'bad-model', /hidden_size|heads of/],
    [
      'more blocks than tensors',
      patched('llama.block_count', 4, u32(3)),
      'bad-model',
      /lack the tensor model\.layers\.2/,
    ],
    [
      'another width',
      patched('llama.feed_forward_length', 4, u32(128)),
      'bad-model',
      /has shape .+, but config\.json asks for/,
    ],
    [
      'another architecture',
      patched('general.architecture', 12, [109]),
      'unsupported-model',
      /architecture is "mlama".*llama, qwen2/,
    ],
    [
      'an unknown tensor type',
      patched('token_embd.weight', 20, u32(16)),
      'unsupported-model',
      /\(number 16\).*Q8_0.*Choose another/,
    ],
    ['an absurd axis', patched('token_embd.weight', 4, huge), 'bad-model', /beyond all sizes/],
    [
      'a tensor past the end',
      patched('token_embd.weight', 24, [0, 0, 0, 1, 0, 0, 0, 0]),
      'bad-model',
      /token_embd\.weight lies beyond/,
    ],
    [
      'a tensor on another',
      patched('output_norm.weight', 16, [0, 0, 0, 0, 0, 0, 0, 0]),
      'bad-model',
      /overlaps another tensor/,
    ],
    [
      'rows that are no blocks',
      patched('token_embd.weight', 4, [33]),
      'bad-model',
      /rows of token_embd.weight have 33 numbers/,
    ],
  ])('%s', async (_, bytes, code, sentence) => {
    const error = await load(bytes).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect((error as Error).message).toMatch(/^model\.gguf |^config\.json|^The (weight files|tensor) /);
  });

  test('one part of a split file is refused by its name', async () => {
    await expect(load(small, 'big-00001-of-00003.gguf')).rejects.toThrow(/one of 3 parts.*gguf-split --merge/);
  });

  test('NaN in a block is refused', async () => {
    const header = await readGguf(inMemory(small));
    const { from } = header.tensors.get('blk.0.ffn_up.weight')!;
    await expect(loadWhole(filesOf(at(from, [0, 0x7e])))).rejects.toThrow(/mlp\.up_proj\.weight holds NaN/);
  });

  test('a tokenizer that is not known is named, and takes no prompt', async () => {
    const wide = new Uint8Array(readFileSync(`${folder}/wide-q4_k.gguf`));
    const place = Buffer.from(wide.buffer).indexOf('tokenizer.ggml.pre') + 'tokenizer.ggml.pre'.length + 12;
    wide.set(new TextEncoder().encode('wxyz'), place);
    const model = await load(wide);
    await expect(model.tokenizer()).rejects.toThrow(/by the rules "wxyzlm".*gpt-2, smollm/);
  });

  test('a header longer than the first piece is read on', async () => {
    const reads: number[] = [];
    const file = inMemory(small);
    const start = new TextEncoder().encode('GGUF');
    const text = new Uint8Array(2_500_000).fill(65);
    const bytes = new Uint8Array(text.length + 200);
    const view = new DataView(bytes.buffer);
    bytes.set(start);
    view.setUint32(4, 3, true);
    view.setUint32(16, 1, true);
    view.setUint32(24, 1, true);
    bytes[32] = 97;
    view.setUint32(33, 8, true);
    view.setUint32(37, text.length, true);
    bytes.set(text, 45);
    const header = await readGguf({
      ...file,
      size: bytes.length,
      read: async (from, to) => {
        reads.push(to - from);
        return bytes.slice(from, to);
      },
    });
    expect(header.metadata.get('a')).toHaveLength(2_500_000);
    expect(reads).toEqual([1_000_000, 2_500_200]);
  });
});
