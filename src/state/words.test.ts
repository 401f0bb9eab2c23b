import { expect, test } from 'vitest';
import type { Token } from '../engine/protocol';
import { overWords, wordAt, wordsOf, wordTokens } from './words';

/** "play|0 ##ing|0 on|1": pieces with the numbers of their words. */
const tokens = (...pieces: string[]): Token[] =>
  pieces.map((each, id) => {
    const [piece, word] = each.split('|') as [string, string | undefined];
    return { id, piece, special: false, unknown: false, ...(word === undefined ? {} : { word: Number(word) }) };
  });

test('neighbours with one number make a word; tokens without one are alone', () => {
  expect(wordsOf(tokens('Par|0', 'is|0', '␣is|1', '␣nice|2', '.|3'))).toEqual([
    [0, 2],
    [2, 3],
    [3, 4],
    [4, 5],
  ]);
  expect(wordsOf(tokens('[BOS]', 'the', 'river'))).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect(wordsOf([])).toEqual([]);
});

test('a word has the text of its tokens', () => {
  const list = tokens('play|0', '##ing|0', 'on|1');
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
