// Masked runs on the float64 reference, against plain runs of what they stand for: other ids, a model whose embedding holds a row of zeros, a picture
// with grey patches. Two programs' float64 sums differ in their order only.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from '../models/decode';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '../models/safetensors';
import { memoryFiles } from '../models/testing/memoryFiles';
import { openBackend } from './devices';
import { Engine } from './engine';
import type { MaskedRequest, Masking } from './protocol';
import { logSumExp } from './questions/logits';
import { openChanged, openFolder } from './testing/engines';

const float64 = 6; // digits: answers are float32
const reference = () => openBackend('reference', async () => undefined);
const ask = (token: number, masking: Masking, variants: number[][], foils: number[] = []): MaskedRequest => ({
  token,
  class: null,
  foils,
  masking,
  variants,
});

/** log p of every class at a token. */
async function logProbabilities(engine: Engine, token: number, classes: number): Promise<number[]> {
  const logits = Array.from(await engine.logits()).slice(token * classes, (token + 1) * classes);
  const total = logSumExp(logits);
  return logits.map((logit) => logit - total);
}

describe('masking with a token', () => {
  it.each(['public/models/tiny-world', 'public/models/tiny-world-encoder'])(
    '%s: is a run of the other ids',
    async (path) => {
      const { engine, info } = await openFolder(path, 'reference');
      const run = await engine.run({ text: 'when mary and john went to the [MASK] , john gave a drink' });
      const ids = run.tokens.map(({ id }) => id);
      const token = run.answerToken ?? ids.length - 1;
      const foils = [7, 11];
      const request = ask(token, 'unknown', [[1], [2, 4, 5]], foils);
      const { answer, eligible, tops, logProbabilities: found, foils: others, maskedBy } = await engine.masked(request);
      expect(maskedBy).toBe('[UNK]');
      expect(eligible).not.toContain(token);
      const { tokens } = await engine.run({ text: 'xyzzy' });
      const unknown = tokens[1]!.id;
      for (const [at, positions] of request.variants.entries()) {
        await engine.run({ ids: ids.map((id, place) => (positions.includes(place) ? unknown : id)) });
        const expected = await logProbabilities(engine, token, info.vocab);
        expect(found[at]).toBeCloseTo(expected[answer.id]!, float64);
        expect(tops[at]).toBe(expected.indexOf(Math.max(...expected)));
        for (const [which, foil] of foils.entries()) {
          expect(others[at * foils.length + which]).toBeCloseTo(expected[foil]!, float64);
        }
      }
    },
  );
});

describe('a zero embedding', () => {
  const cases: [string, string][] = [
    ['gpt2', 'transformer.wte.weight'],
    ['llama', 'model.embed_tokens.weight'],
    ['gemma', 'model.embed_tokens.weight'],
    ['bert', 'bert.embeddings.word_embeddings.weight'],
  ];
  it.each(cases)('%s: is the row of a word whose embedding is zero', async (name, table) => {
    const path = `fixtures/tiny/${name}`;
    const { engine } = await openFolder(path, 'reference');
    const ids = [1, 2, 3, 4, 5, 6];
    const [spare, first, second] = [9, 11, 12]; // a word of its own, and two classes that it does not touch
    await engine.run({ ids });
    const { foils } = await engine.masked(ask(5, 'zero', [[2, 3]], [first, second]));

    const emptied = new Engine({ files: () => emptiedRow(path, table, spare), device: reference });
    await emptied.open({ model: { kind: 'folder', path }, device: 'reference' });
    await emptied.run({ ids: ids.map((id, at) => (at === 2 || at === 3 ? spare : id)) });
    const plain = await emptied.masked(ask(5, 'zero', [], []));
    const logits = await emptied.logits();
    const classes = logits.length / ids.length;
    // A tied unembedding has the row too, so that only differences of other logits are the same.
    const expected = logits[5 * classes + first]! - logits[5 * classes + second]!;
    expect(foils[0]! - foils[1]!).toBeCloseTo(expected, float64);
    expect(Math.abs(expected - (await differenceOf(engine, first, second)))).toBeGreaterThan(1e-3); // it changes something
    expect(plain.eligible).toEqual(name === 'bert' ? [0, 1, 2, 3, 4] : [1, 2, 3, 4]);
  });

  async function differenceOf(engine: Engine, first: number, second: number): Promise<number> {
    const logits = await engine.logits();
    const classes = logits.length / 6;
    return logits[5 * classes + first]! - logits[5 * classes + second]!;
  }

  async function withoutRow(path: string, table: string, row: number): Promise<Uint8Array> {
    const { tensors } = readSafetensors(await readFile(`${path}/model.safetensors`));
    const written = [...tensors].map(([name, tensor]): [string, TensorToWrite] => {
      const data = toFloat32(tensor, name).slice();
      const width = tensor.shape[1]!;
      if (name === table) data.fill(0, row * width, (row + 1) * width);
      return [name, { shape: tensor.shape, data }];
    });
    return writeSafetensors(new Map(written));
  }

  function emptiedRow(path: string, table: string, row: number) {
    return {
      ...memoryFiles({}),
      read: async (name: string, options: Parameters<ReturnType<typeof memoryFiles>['read']>[1]) => {
        const bytes =
          name === 'model.safetensors'
            ? await withoutRow(path, table, row)
            : await readFile(`${path}/${name}`).catch(() => null);
        return memoryFiles(bytes ? { [name]: bytes } : {}).read(name, options);
      },
    };
  }
});

it('a picture: masked patches are patches of zeros', async () => {
  const { engine, info } = await openFolder('public/models/tiny-shapes', 'reference');
  const { side, patch } = info.image!;
  const data = Float32Array.from({ length: 3 * side * side }, (_, at) => Math.sin(at));
  const shape = [3, side, side];
  const run = await engine.run({ pixels: { shape, data } });
  const token = run.answerToken!;
  const { logProbabilities: found, eligible, answer } = await engine.masked(ask(token, 'zero', [[1], [10, 64]]));
  expect(eligible).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
  const grey = data.map((value, at) => {
    const [row, column] = [Math.floor((at % (side * side)) / side), at % side];
    const place = Math.floor(row / patch) * (side / patch) + Math.floor(column / patch);
    return place === 9 || place === 63 ? 0 : value;
  });
  await engine.run({ pixels: { shape, data: grey } });
  const logits = await engine.logits();
  expect(found[1]).toBeCloseTo(logits[answer.id]! - logSumExp(logits), float64);
  await expect(engine.masked(ask(token, 'mask', []))).rejects.toThrow(/masked by the mean colour/);
});

it('the word match is the embedding of each token times the unembedding of the class', async () => {
  const { engine } = await openFolder('fixtures/tiny/llama', 'reference');
  await engine.run({ ids: [1, 2, 3, 4] });
  const found = await engine.wordMatch({ class: 7 });
  const { tensors } = readSafetensors(await readFile('fixtures/tiny/llama/model.safetensors'));
  const rows = (name: string, row: number) => toFloat32(tensors.get(name)!, name).subarray(row * 24, (row + 1) * 24);
  const dot = (token: number) =>
    rows('model.embed_tokens.weight', token).reduce((sum, x, at) => sum + x * rows('lm_head.weight', 7)[at]!, 0);
  expect(Array.from(found).map((one, at) => one - dot(at + 1))).toEqual([0, 0, 0, 0].map(() => expect.closeTo(0, 6)));
});

describe('requests that cannot be met are answered by a sentence', () => {
  const cases: [string, MaskedRequest, RegExp][] = [
    ['the first token', ask(3, 'zero', [[0]]), /Token 0 cannot be masked.*2 tokens/],
    ['the answering token', ask(3, 'zero', [[1], [3]]), /Token 3 cannot be masked/],
    ['a token after it', ask(2, 'zero', [[3]]), /Token 3 cannot be masked/],
    ['a token beyond the prompt', ask(9, 'zero', []), /no output token 9/],
    ['a class beyond the vocabulary', { ...ask(3, 'zero', []), class: 41 }, /no class 41: this model has 41/],
    ['a foil beyond the vocabulary', ask(3, 'zero', [], [-1]), /no class -1/],
    ['too many variants', ask(3, 'zero', new Array(8193).fill([1])), /up to 8192 variants/],
    ['a mask token that the tokenizer has not', ask(3, 'mask', []), /no mask token: mask with a zero embedding/],
  ];
  it.each(cases)('%s', async (_name, request, sentence) => {
    const { engine } = await openFolder('fixtures/tiny/gpt2', 'reference');
    await engine.run({ ids: [1, 2, 3, 4] });
    await expect(engine.masked(request)).rejects.toThrow(sentence);
  });

  it('a model without a head', async () => {
    const engine = await openChanged('fixtures/tiny/bert', { architectures: ['BertModel'] }, 'reference');
    await engine.run({ ids: [1, 2, 3, 4] });
    await expect(engine.masked(ask(0, 'zero', []))).rejects.toThrow(/no trained head/);
  });
});

it('tells its price, reports progress, and stops when it is cancelled', async () => {
  const { engine } = await openFolder('public/models/tiny-world', 'reference');
  await engine.run({ text: 'when mary and john went to the shop , john gave a drink to' });
  const variants = Array.from({ length: 12 }, (_, at) => [at + 1]);
  const plan = await engine.planMasked(ask(13, 'zero', variants));
  const single = await engine.planMasked(ask(13, 'zero', [[1]]));
  expect(plan.flops).toBeCloseTo(12 * single.flops, -3);
  expect(plan.peakBytes).toBe(single.peakBytes);
  const shares: number[] = [];
  await engine.masked(ask(13, 'zero', variants), { onProgress: ({ share }) => shares.push(share) });
  expect(shares.length).toBeGreaterThan(0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  const abort = new AbortController();
  const cancelled = engine.masked(ask(13, 'zero', variants), { signal: abort.signal, onProgress: () => abort.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
});

it('leaves nothing on the device', async () => {
  for (const name of ['gpt2', 'llama', 'bert', 'gemma2', 'opt', 'bloom']) {
    const { engine } = await openFolder(`fixtures/tiny/${name}`, 'reference');
    await engine.run({ ids: [1, 2, 3, 4] });
    await engine.masked(ask(3, 'zero', [])); // the read-out that all questions share
    const { live } = engine.memory();
    await engine.masked(ask(3, 'zero', [[1], [2], [1, 2]]));
    await engine.wordMatch({ class: 3 }).catch(() => {}); // opt: embeddings of another width
    expect(engine.memory().live, name).toBe(live);
    engine.dispose();
  }
});
