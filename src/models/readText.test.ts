import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { folderFiles } from './folder';
import { loadTokenizer } from './tokenizer';

// Ids, offsets and chat texts of the originals: fixtures/tokenizers/make.py.
interface Golden {
  readonly texts: readonly { text: string; ids: number[]; offsets: [number, number][]; special: number[] }[];
  readonly chats: readonly { message: string; text: string; ids: number[] }[];
}
const folder = 'fixtures/tokenizers';
const golden: Record<string, Golden> = JSON.parse(readFileSync(`${folder}/golden.json`, 'utf8'));
const models = {
  'SmolLM2-135M-Instruct': await loadTokenizer(folderFiles(`${folder}/SmolLM2-135M-Instruct`)),
  'all-MiniLM-L6-v2': await loadTokenizer(folderFiles(`${folder}/all-MiniLM-L6-v2`)),
};
const names = Object.keys(models) as (keyof typeof models)[];

describe.each(names)('%s', (name) => {
  const tokenizer = models[name];

  test.each(golden[name]!.texts)('reads “$text” as the original does, every token at its characters', (row) => {
    const { ids, tokens } = tokenizer.read(row.text);
    expect(ids).toEqual(row.ids);
    expect(tokens.map(({ inserted }) => (inserted ? 1 : 0))).toEqual(
      row.special.map((mask, at) => (isTyped(row, at) ? 0 : mask)),
    );
    const expected = row.offsets.map((range, at) => (row.special[at] === 1 && !isTyped(row, at) ? null : range));
    expect(tokens.map(({ range }) => range)).toEqual(expected);
  });
});

/** The mask of the original also counts special tokens that stand in the text; those have a width. */
function isTyped({ offsets, special }: Golden['texts'][number], at: number): boolean {
  const [start, end] = offsets[at]!;
  return special[at] === 1 && end > start;
}

test('nothing is padded or cut, though MiniLM’s file asks for 128', () => {
  const { padding, truncation } = JSON.parse(readFileSync(`${folder}/all-MiniLM-L6-v2/tokenizer.json`, 'utf8'));
  expect([padding.strategy.Fixed, truncation.max_length]).toEqual([128, 128]);
  expect(models['all-MiniLM-L6-v2'].read('word '.repeat(200)).ids).toHaveLength(202);
  expect(models['all-MiniLM-L6-v2'].read('word').ids).toHaveLength(3);
});

const smol = models['SmolLM2-135M-Instruct'];
const mini = models['all-MiniLM-L6-v2'];

/** The words that tokens make, as text. */
function grouped(text: string, tokenizer = smol): string[] {
  const words = new Map<number, [number, number]>();
  for (const { range, word } of tokenizer.read(text).tokens) {
    if (range === null) continue;
    const [start, end] = words.get(word) ?? range;
    words.set(word, [Math.min(start, range[0]), Math.max(end, range[1])]);
  }
  return [...words.values()].map((range) => text.slice(...range));
}

test('pieces of one character are parts, with the whole character’s range', () => {
  const { tokens } = smol.read('👩‍👩 日');
  const parts = tokens.filter(({ partial }) => partial);
  expect(parts.length).toBeGreaterThan(3);
  for (const { range } of parts) expect(['👩', '\u200d', ' 日', '日', ' ']).toContain('👩‍👩 日'.slice(...range!));
  expect(smol.read('plain words').tokens.some(({ partial }) => partial)).toBe(false);
});

test('words come from the text, not from marks of the vocabulary', () => {
  expect(grouped('When Mary gave antidisestablishmentarianism')).toEqual([
    'When',
    ' Mary',
    ' gave',
    ' antidisestablishmentarianism',
  ]);
  expect(grouped('the shop, John')).toEqual(['the', ' shop', ',', ' John']);
  expect(grouped('👩‍👩‍👧‍👦 family')).toEqual(['👩‍👩‍👧‍👦', ' family']);
  expect(grouped('日本語の東京').join('')).toBe('日本語の東京');
  expect(grouped('Décor antidisestablishmentarianism', mini)).toEqual(['Décor', 'antidisestablishmentarianism']);
});

describe('chat', () => {
  test.each(golden['SmolLM2-135M-Instruct']!.chats)(
    '“$message” as transformers writes it',
    ({ message, text, ids }) => {
      const read = smol.read(message, true);
      expect(read.chat!.text).toBe(text);
      expect(read.ids).toEqual(ids);
      expect(text.slice(...read.chat!.message)).toBe(message);
      // Every token is the template's or the prompt's, and the prompt's cover all of it.
      const covered = new Set(
        read.tokens.flatMap(({ range }) =>
          range ? Array.from({ length: range[1] - range[0] }, (_, at) => range[0] + at) : [],
        ),
      );
      expect(covered.size).toBe(message.length);
      expect(read.tokens[0]).toMatchObject({ inserted: true, range: null });
      expect(read.tokens.filter(({ inserted }) => inserted).length).toBeGreaterThan(20);
    },
  );

  test('a model without a template says so', () => {
    expect(mini.chat).toBe(false);
    expect(() => mini.read('hello', true)).toThrow('This model has no chat template: run the plain text.');
  });
});
