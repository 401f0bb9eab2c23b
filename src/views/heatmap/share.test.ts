import { expect, test } from 'vitest';
import { hiddenNote, hiddenShare, rowSize } from './share';

const matrix = {
  data: Float32Array.from([4, 99, -3, 1]),
  rows: { name: 'output', length: 2 },
  cols: { name: 'source', length: 2 },
  unit: '',
  signed: true,
  causal: true,
} as const;

test('rowSize sums sizes over the inputs that exist', () => {
  expect([rowSize(matrix, 0), rowSize(matrix, 1)]).toEqual([4, 4]);
});

test('hiddenShare is the hidden part of all rows, or of the given ones', () => {
  expect(hiddenShare(matrix, new Set([0]))).toBe(7 / 8);
  expect(hiddenShare(matrix, new Set([0]), [1])).toBe(0.75);
  expect(hiddenShare(matrix, new Set())).toBe(0);
});

test('pins of rows that do not exist count as none', () => {
  expect(hiddenShare(matrix, new Set([0]), [7])).toBe(7 / 8);
});

test('hiddenNote names what is hidden and how much it holds', () => {
  const labels = ['<s>', 'a'].map((text, index) => ({ index, text }));
  expect(hiddenNote(matrix, labels, new Set(), [])).toBeNull();
  expect(hiddenNote(matrix, labels, new Set([0]), [1])).toBe('Hidden: <s> (0), 75 % of the pinned row.');
  expect(hiddenNote(matrix, labels, new Set([0, 1]), [])).toBe('Hidden: <s> (0), a (1), 100 % of all.');
});
