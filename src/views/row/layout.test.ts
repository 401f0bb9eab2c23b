import { describe, expect, test } from 'vitest';
import type { RowResult } from '../../engine/protocol';
import { rowLayout } from './layout';

const row = (contributions: number[], bias: number, total: number, conservation: number | null = null): RowResult => ({
  contributions: Float32Array.from(contributions),
  bias,
  total,
  explains: 'logit mary',
  classes: [],
  rivals: [],
  fidelity: { completeness: null, conservation },
  provenance: {
    model: 'm',
    revision: 'r',
    ids: [],
    range: [0, 1],
    gateRule: null,
    formula: '',
    direction: null,
    device: '',
    seconds: 0,
    plan: null,
  },
});
const none = new Set<number>();

describe('rowLayout', () => {
  test('ranks by size, whatever the sign, and keeps reading order on request', () => {
    const result = row([1, -3, 2], 0, 0);
    expect(rowLayout(result, none, 'ranked').bars.map((bar) => bar.source)).toEqual([1, 2, 0]);
    expect(rowLayout(result, none, 'reading').bars.map((bar) => bar.source)).toEqual([0, 1, 2]);
  });

  test('bars share one zero and fill the track', () => {
    const { bars, zero } = rowLayout(row([1, -3], 0, -2), none, 'reading');
    expect(zero).toBe(0.75);
    expect(bars.map(({ from, to }) => [from, to])).toEqual([
      [0.75, 1],
      [0, 0.75],
    ]);
  });

  test('shares include the bias and hidden inputs, so they add up to 1', () => {
    const layout = rowLayout(row([4, -2, 1], 1, 4), new Set([0]), 'ranked');
    expect(layout.hidden).toHaveLength(1);
    expect(layout.hidden[0]!.share).toBe(0.5);
    const all = [...layout.bars, ...layout.hidden, layout.bias].reduce((sum, bar) => sum + bar.share, 0);
    expect(all).toBeCloseTo(1);
  });

  test('a hidden sink does not squeeze the other bars', () => {
    const layout = rowLayout(row([400, -2, 2], 0, 400), new Set([0]), 'reading');
    expect(layout.bars.map((bar) => bar.to - bar.from)).toEqual([0.5, 0.5]);
  });

  test('the sum counts hidden inputs, and the error is relative', () => {
    const layout = rowLayout(row([4, -2], 1, 3.3), new Set([0]), 'ranked');
    expect(layout.sum).toBe(2);
    expect(layout.error).toBeCloseTo(0.3 / 4);
  });

  test('the worse of the engine’s error and the error of the shown numbers counts', () => {
    expect(rowLayout(row([1], 0, 1, 3e-7), none, 'ranked').error).toBe(3e-7);
    expect(rowLayout(row([1], 0, 2, 3e-7), none, 'ranked').error).toBe(0.5);
    expect(rowLayout(row([Number.NaN], 0, 2, 3e-7), none, 'ranked').error).toBeNaN();
  });

  test('inputs that contribute exactly nothing are counted', () => {
    const layout = rowLayout(row([1, 0, 0], 0, 1), none, 'reading');
    expect([layout.bars.length, layout.zeros]).toEqual([1, 2]);
  });

  test('a row of zeros has no error and finite bars', () => {
    const layout = rowLayout(row([0, 0], 0, 0), none, 'ranked');
    expect([layout.error, layout.bias.from, layout.bias.to, layout.zero]).toEqual([0, 0, 0, 0]);
  });
});
