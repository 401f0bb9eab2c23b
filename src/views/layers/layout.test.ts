import { describe, expect, test } from 'vitest';
import type { LayersResult } from '../../engine/protocol';
import { blocksOf, layerBars } from './layout';

const result = (total: number[], bias: number[], data: number[]): LayersResult =>
  ({
    matrix: {
      data: Float32Array.from(data),
      rows: { name: 'layer', length: total.length },
      cols: { name: 'source', length: data.length / total.length },
      unit: 'logit',
      signed: true,
      causal: false,
    },
    total: Float32Array.from(total),
    bias: Float32Array.from(bias),
  }) as unknown as LayersResult;

describe('layerBars', () => {
  test('totals and biases share one zero', () => {
    const { zero, bars } = layerBars(result([3, -1], [1, 0], [1, 1, -1, 0]), 80);
    expect(zero).toBe(20);
    expect([bars[0]!.totalFrom, bars[0]!.totalTo, bars[0]!.biasTo]).toEqual([20, 80, 40]);
    expect([bars[1]!.totalFrom, bars[1]!.totalTo]).toEqual([0, 20]);
  });

  test('the bias share is of all sizes, so cancelling sources do not inflate it', () => {
    const { bars } = layerBars(result([1], [1], [3, -4, 1]), 80);
    expect(bars[0]!.biasShare).toBeCloseTo(1 / 9);
  });

  test('a row of zeros has finite bars', () => {
    const { zero, bars } = layerBars(result([0], [0], [0, 0]), 80);
    expect([zero, bars[0]!.biasShare]).toEqual([0, 0]);
  });
});

test('blocksOf says what a row covers', () => {
  expect([blocksOf('from', 0, 4), blocksOf('from', 3, 4), blocksOf('from', 4, 4)]).toEqual([
    'blocks 0–3',
    'block 3',
    'no block',
  ]);
  expect([blocksOf('upTo', 0, 4), blocksOf('upTo', 1, 4), blocksOf('upTo', 4, 4)]).toEqual([
    'no block',
    'block 0',
    'blocks 0–3',
  ]);
});
