import { expect, test } from 'vitest';
import type { Token } from '../engine/protocol';
import { overWords, wordAt, wordsOf, wordTokens } from './words';

const tokens = (...pieces: string[]): Token[] =>
  pieces.map((piece, id) => ({ id, piece, special: piece.startsWith('['), unknown: false }));

test('words of marked pieces, of ## pieces, and of whole words', () => {
  expect(wordsOf(tokens('Par', 'is', '␣is', '␣nice', '.'))).toEqual([
    [0, 2],
    [2, 3],
    [3, 5],
  ]);
  expect(wordsOf(tokens('[CLS]', 'play', '##ing', 'on'))).toEqual([
    [0, 1],
    [1, 3],
    [3, 4],
  ]);
  expect(wordsOf(tokens('[BOS]', 'the', 'river'))).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect(wordsOf([])).toEqual([]);
});

test('a word has the text of its tokens', () => {
  const list = tokens('play', '##ing', 'on');
  expect(wordTokens(list, wordsOf(list)).map(({ piece }) => piece)).toEqual(['playing', 'on']);
  expect(wordAt(wordsOf(list), 1)).toBe(0);
});

test('sources of a word are added up in the row of its last token, so rows keep their sums', () => {
  const matrix = {
    data: Float32Array.from([1, 0, 0, 2, 3, 0, 4, 5, 6]),
    rows: { name: 'output' as const, length: 3 },
    cols: { name: 'source' as const, length: 3 },
    unit: 'logit',
    signed: true,
    causal: true,
  };
  expect([
    ...overWords(matrix, [
      [0, 2],
      [2, 3],
    ]).data,
  ]).toEqual([5, 0, 9, 6]);
});
