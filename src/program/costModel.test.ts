// The cost model: what a curve says at, between and beyond its points, and how work adds up.

import { expect, test } from 'vitest';
import { type DeviceRates, overlapped, secondsOf, tiledEntries, totalWork } from './costModel';

const points = [
  { size: 100, seconds: 3 },
  { size: 300, seconds: 5 },
];
const rates: DeviceRates = {
  overhead: 1,
  wait: 10,
  curves: {
    product: points,
    productTransposed: points,
    mix: points,
    mixAdjoint: points,
    norm: points,
    elements: points,
    read: points,
  },
};
const seconds = (size: number) => secondsOf([{ kind: 'product', size, dispatches: 1 }], 0, rates);

test('a dispatch costs its overhead without work, goes through the points, and beyond them at the last rate', () => {
  expect(seconds(0)).toBe(1);
  expect(seconds(50)).toBe(2);
  expect(seconds(100)).toBe(3);
  expect(seconds(200)).toBe(4);
  expect(seconds(300)).toBe(5);
  expect(seconds(900)).toBeCloseTo(15, 12);
});

test('a curve of one point prices larger work at its rate', () => {
  const one = { ...rates, curves: { ...rates.curves, mix: [{ size: 100, seconds: 3 }] } };
  expect(secondsOf([{ kind: 'mix', size: 200, dispatches: 1 }], 0, one)).toBeCloseTo(6, 12);
});

test('dispatches and waits add up; equal dispatches of several passes are counted together', () => {
  const pass = [
    { kind: 'product', size: 100, dispatches: 2 },
    { kind: 'norm', size: 100, dispatches: 1 },
  ] as const;
  const work = totalWork([pass, pass]);
  expect(work).toEqual([
    { kind: 'product', size: 100, dispatches: 4 },
    { kind: 'norm', size: 100, dispatches: 2 },
  ]);
  expect(secondsOf(work, 3, rates)).toBe(4 * 3 + 2 * 3 + 30);
});

test('products are computed in whole tiles: few rows in flat ones, edges at the price of what is computed', () => {
  expect(tiledEntries(64, 128)).toBe(64 * 128);
  expect(tiledEntries(32, 32)).toBeCloseTo(1.3 * 32 * 32, 9);
  expect(tiledEntries(1, 256)).toBeCloseTo(1.3 * 4 * 256, 9);
  expect(tiledEntries(65, 64)).toBeLessThan(2 * 64 * 64); // a row beyond a large tile goes to smaller ones
  for (const [rows, columns] of [
    [1, 1],
    [7, 300],
    [100, 100],
    [513, 65],
  ] as const)
    expect(tiledEntries(rows, columns)).toBeGreaterThanOrEqual(rows * columns);
});

test('the pace of answered questions scales a price', () => {
  const work = [{ kind: 'product', size: 300, dispatches: 2 }] as const;
  expect(secondsOf(work, 1, { ...rates, pace: 2 })).toBe(2 * secondsOf(work, 1, rates));
});

test('reading is covered by computing, but for what is read first', () => {
  expect(overlapped(10, 0)).toBe(10);
  expect(overlapped(0, 7)).toBe(7);
  expect(overlapped(10, 6)).toBeGreaterThan(10);
  expect(overlapped(10, 6)).toBeLessThan(12);
  expect(overlapped(6, 10)).toBe(overlapped(10, 6));
});
