import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binSize, distanceBins, matchedOrder, orderOf, shuffled } from './orders';

const eligible = [2, 3, 5, 6];
const scores = [9, 9, 0.5, -1, 9, 3, 2];

test('most relevant first, and least relevant first is its reverse where nothing ties', () => {
  expect(orderOf(scores, eligible, 'most', 1)).toEqual([5, 6, 2, 3]);
  expect(orderOf(scores, eligible, 'least', 1)).toEqual([3, 2, 6, 5]);
});

test('ties fall by the seed, the same way from both ends', () => {
  const constant = new Array(7).fill(1);
  const orders = [1, 2, 3, 4, 5, 6].map((seed) => orderOf(constant, eligible, 'most', seed).join());
  expect(new Set(orders).size).toBeGreaterThan(1);
  expect(orderOf(constant, eligible, 'least', 3)).toEqual(orderOf(constant, eligible, 'most', 3));
  expect(orderOf(constant, eligible, 'most', 3)).toEqual(orderOf(constant, eligible, 'most', 3));
});

test('a score that is not a number is refused, but not of a token that is never masked', () => {
  expect(() => orderOf([0, 0, Number.NaN, 0, 0, 0, 0], eligible, 'most', 1)).toThrow(/token 2 has the score NaN/);
  expect(orderOf([Number.NaN, 0, 4, 3, 0, 2, 1], eligible, 'most', 1)).toEqual([2, 3, 5, 6]);
});

test('every order of a shuffle is about equally likely', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const key = shuffled(3, seed).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // 1000 each, standard deviation 29: five of them.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
});

describe('matched by distance', () => {
  test('bins hold neighbours, nearest first, of like sizes', () => {
    expect(distanceBins([1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      [9, 8, 7, 6, 5],
      [4, 3, 2, 1],
    ]);
    expect(distanceBins([3, 4])).toEqual([[4, 3]]);
  });

  test('after any number of removals every map has removed equally many tokens of each bin', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 0, max: 99 }),
        (some, seed) => {
          const all = some.map((_, at) => at);
          const bins = distanceBins(all);
          const binOf = (token: number) => bins.findIndex((bin) => bin.includes(token));
          const turns = (map: readonly number[]) => matchedOrder(map, all, 'most', seed).map(binOf);
          expect(turns(some)).toEqual(turns(some.map((score) => -score)));
          expect(matchedOrder(some, all, 'least', seed).toSorted((a, b) => a - b)).toEqual(all);
          for (const bin of bins) expect(bin.length).toBeLessThanOrEqual(2 * binSize);
        },
      ),
    );
  });

  test('within a bin the more relevant goes first', () => {
    const map = [0, 1, 2, 3, 4, 5, 6, 7];
    const order = matchedOrder(map, map, 'most', 1);
    expect(order.filter((token) => token >= 4)).toEqual([7, 6, 5, 4]);
    expect(order.filter((token) => token < 4)).toEqual([3, 2, 1, 0]);
    expect(order.slice(0, 2).toSorted((a, b) => a - b)).toEqual([3, 7]); // both bins before either again
  });
});
