import { expect, test } from 'vitest';
import { legiblePiece, textOfPiece } from './pieces';
import { classNames, createTokenizer, idsOnly, noText } from './tokenizer';

const special = ['[PAD]', '[UNK]', '[MASK]', '[BOS]'];
const words = ['mary', 'gave', 'the', 'drink', 'to', 'john', ',', '12'];
const vocab = Object.fromEntries([...special, ...words].map((word, id) => [word, id]));

/** The format of the embedded models: whole words, lower case, [BOS] first. */
const wordLevel = {
  version: '1.0',
  truncation: { max_length: 3, strategy: 'LongestFirst', stride: 0 },
  padding: { strategy: { Fixed: 16 }, pad_id: 0, pad_token: '[PAD]', pad_type_id: 0, direction: 'Right' },
  added_tokens: special.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '[BOS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: { '[BOS]': { id: '[BOS]', ids: [3], tokens: ['[BOS]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab,
  },
};

test('words become ids after the token that opens a prompt, without padding or truncation', async () => {
  const tokenizer = await createTokenizer(wordLevel, {});
  const ids = tokenizer.encode('Mary gave the drink, to JOHN');
  expect(ids).toEqual([3, 4, 5, 6, 7, 10, 8, 9]);
  expect(tokenizer.decode(ids)).toBe('mary gave the drink, to john');
  expect(tokenizer.describe(3)).toEqual({ id: 3, piece: '[BOS]', special: true, unknown: false });
  expect(tokenizer.describe(4)).toEqual({ id: 4, piece: 'mary', special: false, unknown: false });
});

test('unknown words and special tokens in the prompt are told', async () => {
  const tokenizer = await createTokenizer(wordLevel, {});
  const ids = tokenizer.encode('mary xylophone [MASK]');
  expect(ids).toEqual([3, 4, 1, 2]);
  expect(ids.map((id) => tokenizer.describe(id).unknown)).toEqual([false, false, true, false]);
  expect(tokenizer.encode('')).toEqual([3]);
  expect(tokenizer.describe(99)).toMatchObject({ piece: '#99', special: false });
});

test('the mask is the one that the configuration names, else the usual one; there may be none', async () => {
  expect((await createTokenizer(wordLevel, {})).mask).toBe(2);
  expect((await createTokenizer(wordLevel, { mask_token: '[PAD]' })).mask).toBe(0);
  expect((await createTokenizer(wordLevel, { mask_token: { content: '[UNK]', lstrip: true } })).mask).toBe(1);
  expect((await createTokenizer(wordLevel, { mask_token: '<gap>' })).mask).toBeNull();
  const added_tokens = wordLevel.added_tokens.filter(({ content }) => content !== '[MASK]');
  expect((await createTokenizer({ ...wordLevel, added_tokens }, { mask_token: null })).mask).toBeNull();
});

test('a word outside the vocabulary is refused when there is no unknown token', async () => {
  const { unk_token: _, ...model } = wordLevel.model;
  const tokenizer = await createTokenizer({ ...wordLevel, model }, {});
  expect(() => tokenizer.encode('mary xylophone')).toThrow(/vocabulary cannot spell/);
  expect(tokenizer.idOf('xylophone')).toBe(null);
});

test('a word is looked up as one token', async () => {
  const tokenizer = await createTokenizer(wordLevel, {});
  const found = ['mary', 'John', '[MASK]', 'mary john', 'xylophone', '', '12'].map((word) => tokenizer.idOf(word));
  expect(found).toEqual([4, 9, 2, null, null, null, 11]);
});

test('byte-level pieces are shown as text, and a word is found after a space', async () => {
  const byteLevel = {
    added_tokens: [{ id: 0, content: '<|endoftext|>', special: true }],
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: { '<|endoftext|>': 0, Ġ: 1, h: 2, i: 3, hi: 4, Ġhi: 5, Ċ: 6, Ã: 7, '©': 8 },
      merges: ['h i', 'Ġ hi'],
    },
  };
  const tokenizer = await createTokenizer(byteLevel, {});
  const ids = tokenizer.encode('hi hi\né');
  expect(ids).toEqual([4, 5, 6, 7, 8]);
  expect(ids.map((id) => tokenizer.describe(id).piece)).toEqual(['hi', '␣hi', '⏎', '⟨C3⟩', '⟨A9⟩']);
  expect([tokenizer.idOf('hi'), tokenizer.idOf('␣hi'), tokenizer.idOf('⏎')]).toEqual([4, 5, 6]);
});

test('pieces read as text whatever their spelling', () => {
  expect(legiblePiece('▁the', 'spaces')).toBe('␣the');
  expect(legiblePiece('<0x0A>', 'spaces')).toBe('⏎');
  expect(legiblePiece('<0xE2>', 'spaces')).toBe('⟨E2⟩');
  expect(legiblePiece('ĠÃ©tÃ©', 'bytes')).toBe('␣été');
  expect(legiblePiece('a\u0000b', 'plain')).toBe('a⟨00⟩b');
  expect(textOfPiece('␣a⏎⇥')).toBe(' a\n\t');
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['an empty one', {}, /model/],
  ['an unknown kind', { model: { type: 'Nonsense' } }, /cannot be used/],
  ['a broken entry', { ...wordLevel, added_tokens: [{ id: 'x' }] }, /added_tokens/],
])('an unusable tokenizer.json is refused in a sentence: %s', async (_, json, sentence) => {
  await expect(createTokenizer(json, {})).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringMatching(sentence),
  });
});

test('without tokenizer files ids are their own names', () => {
  const ids = idsOnly('mine');
  expect(ids.kind).toBe('ids');
  expect([ids.idOf('#12'), ids.idOf('mary')]).toEqual([12, null]);
  expect(ids.decode([1, 2])).toBe('#1 #2');
});

test('classes are spelled by their labels, or as tokens of the vocabulary', () => {
  const labels = classNames(['cat', 'dog'], idsOnly('none'));
  expect([labels.word(1), labels.word(7), labels.idOf('dog'), labels.idOf('cow')]).toEqual(['dog', '#7', 1, null]);
  const tokens = classNames(null, idsOnly('none'));
  expect([tokens.word(3), tokens.idOf('#3'), tokens.idOf('cat')]).toEqual(['#3', 3, null]);
});

test('a model of images knows no text', () => {
  expect(() => noText().encode('cat')).toThrow(/reads images: give a picture/);
  expect(noText().idOf('#1')).toBeNull();
});
