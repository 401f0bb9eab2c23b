import { expect, test } from 'vitest';
import { compared } from './checkOnnx';

const theirs = { name: 'logits', data: Float32Array.of(1, 2, 4, 8, -1, 0), dims: [1, 2, 3] } as const;

test('compared tells the largest difference, alone and of the largest entry, and the rows with the same first choice', () => {
  expect(compared([1, 2, 4.5, -2, -1, 0], theirs)).toEqual({
    compared: 'logits',
    error: 10 / 8,
    largest: 10,
    rows: 2,
    sameFirst: 1,
  });
});

test('compared says that nothing fits where a number is none', () => {
  expect(compared([1, 2, 4, Number.NaN, -1, 0], theirs).error).toBe(Number.POSITIVE_INFINITY);
});

test('compared knows no choices among hidden states', () => {
  expect(compared(theirs.data, { ...theirs, name: 'last_hidden_state' })).toMatchObject({ error: 0, sameFirst: null });
});
