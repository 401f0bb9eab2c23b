// The tokenizers of the embedded models, as the page reads them: the ids are those that the models were trained on.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createTokenizer } from './tokenizer';

interface Sentence {
  readonly tokens: readonly string[];
  readonly after?: readonly string[];
}

const read = (model: string, file: string) => JSON.parse(readFileSync(`public/models/${model}/${file}`, 'utf8'));
const open = (model: string) => createTokenizer(read(model, 'tokenizer.json'), read(model, 'tokenizer_config.json'));
const vocabulary = (model: string): Record<string, number> => read(model, 'tokenizer.json').model.vocab;

describe.each([
  { model: 'tiny-world', around: ({ tokens }: Sentence) => ['[BOS]', ...tokens] },
  {
    model: 'tiny-world-encoder',
    around: ({ tokens, after = [] }: Sentence) => ['[CLS]', ...tokens, '[MASK]', ...after, '[SEP]'],
  },
])('the tokenizer of $model', ({ model, around }) => {
  test('gives every sentence of the ground truth its training ids', async () => {
    const tokenizer = await open(model);
    const vocab = vocabulary(model);
    const { sentences } = read(model, 'world.json') as { sentences: readonly Sentence[] };
    expect(sentences.length).toBeGreaterThan(200);
    for (const sentence of sentences) {
      const words = around(sentence);
      const text = words.filter((word) => !['[BOS]', '[CLS]', '[SEP]'].includes(word)).join(' ');
      expect(tokenizer.encode(text)).toEqual(words.map((word) => vocab[word]));
    }
  });
});

test('a mask is read as one token however it is typed, and the encoder names it', async () => {
  const tokenizer = await open('tiny-world-encoder');
  const spell = (text: string) => tokenizer.encode(text).map((id) => tokenizer.describe(id).piece);
  const sentence = ['[CLS]', 'john', 'plays', 'the', '[MASK]', '.', '[SEP]'];
  for (const text of ['john plays the [MASK] .', 'John plays the [MASK].', 'john plays the[MASK].']) {
    expect(spell(text)).toEqual(sentence);
  }
  expect(tokenizer.mask).toBe(vocabulary('tiny-world-encoder')['[MASK]']);
  expect(tokenizer.describe(tokenizer.mask!)).toMatchObject({ piece: '[MASK]', special: true, unknown: false });
  expect(spell('xylophone')).toEqual(['[CLS]', '[UNK]', '[SEP]']);
});
