import { expect, test } from 'vitest';
import { matrixTable, toTsv } from './table';

const tokens = ['the', 'cat'].map((text, index) => ({ index, text }));
const matrix = {
  data: Float32Array.from([0.1, 9, -2, 3]),
  rows: { name: 'output', length: 2 },
  cols: { name: 'source', length: 2 },
  unit: 'logit',
  signed: true,
  causal: true,
} as const;

test('matrixTable heads rows and columns and leaves impossible entries empty', () => {
  expect(matrixTable(matrix, tokens, tokens, 'output \\ input')).toEqual({
    header: ['output \\ input', 'the (0)', 'cat (1)'],
    rows: [
      ['the (0)', Math.fround(0.1), ''],
      ['cat (1)', -2, 3],
    ],
  });
});

test('matrixTable leaves hidden columns out', () => {
  expect(matrixTable(matrix, tokens, tokens.slice(1), '').rows).toEqual([
    ['the (0)', ''],
    ['cat (1)', 3],
  ]);
});

test('toTsv writes exact numbers and keeps labels in their column', () => {
  expect(toTsv({ header: ['a', 'b\tc'], rows: [['x', Math.fround(0.1)]] })).toBe('a\tb c\nx\t0.1');
});
