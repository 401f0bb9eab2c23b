import { expect, test } from 'vitest';
import { eligibleTokens } from './eligible';

const plain = (length: number, ...special: number[]) => Array.from({ length }, (_, at) => special.includes(at));

test('a decoder: neither its first token, special or not, nor special tokens, nor the answering token and what follows it', () => {
  expect(eligibleTokens({ special: plain(6, 0), causal: true, answer: 5 })).toEqual([1, 2, 3, 4]);
  expect(eligibleTokens({ special: plain(6), causal: true, answer: 5 })).toEqual([1, 2, 3, 4]);
  expect(eligibleTokens({ special: plain(6, 2), causal: true, answer: 4 })).toEqual([1, 3]);
  expect(eligibleTokens({ special: plain(1), causal: true, answer: 0 })).toEqual([]);
});

test('an encoder: all but special tokens and the mask that is filled in, on both sides of it', () => {
  expect(eligibleTokens({ special: plain(6, 0, 3, 5), causal: false, answer: 3 })).toEqual([1, 2, 4]);
  expect(eligibleTokens({ special: plain(4), causal: false, answer: 2 })).toEqual([0, 1, 3]);
});

test('a classifier’s answer stands at no token of its own', () => {
  expect(eligibleTokens({ special: plain(4, 0, 3), causal: false, answer: -1 })).toEqual([1, 2]);
  expect(eligibleTokens({ special: plain(4), causal: true, answer: -1 })).toEqual([1, 2, 3]);
});
