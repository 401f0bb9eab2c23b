import { expect, test } from 'vitest';
import { readMarked, tokensIn } from './markedPrompts';

test('marks are taken out, and what they covered is known', () => {
  const { text, evidence, decoys } = readMarked('A {cat} ran. Lucy has a [cat] called [Max]. Max is a');
  expect(text).toBe('A cat ran. Lucy has a cat called Max. Max is a');
  expect([...evidence, ...decoys].map(([start, end]) => text.slice(start, end))).toEqual(['cat', 'Max', 'cat']);
  expect(decoys).toEqual([[2, 5]]);
});

test('tokens are found by the characters they stand for', () => {
  const token = (start: number, end: number) => ({
    id: 1,
    piece: 'x',
    special: false,
    unknown: false,
    range: [start, end] as const,
  });
  const tokens = [{ id: 0, piece: '[BOS]', special: true, unknown: false }, token(0, 3), token(3, 7), token(7, 9)];
  expect(tokensIn({ tokens }, [[4, 7]])).toEqual([2]);
  expect(tokensIn({ tokens }, [[2, 8]])).toEqual([1, 2, 3]);
  expect(tokensIn({ tokens }, [[3, 3]])).toEqual([]);
});

test('a line that says nothing is refused', () => {
  expect(() => readMarked('nothing here')).toThrow(/No evidence is marked/);
  expect(() => readMarked('one [two three')).toThrow(/\[ is not closed/);
});
