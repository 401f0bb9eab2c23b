// The comparison methods by hand. Against golden values: engine/attribute.test.ts.

import { describe, expect, test } from 'vitest';
import { leaveOneOutEffects } from './ablation';
import { cheferRelevance, positiveGradientAttention } from './chefer';
import { gradientTimesInput, leftOver } from './gradientTimesInput';
import { integrateAdaptively, integrateEqually, type PathFunction } from './integratedGradients';
import { perturbation, remainder } from './remainder';
import { saliency } from './saliency';

test('saliency: lengths of the gradient', () => {
  expect([...saliency([3, 4, 0, -2], 2)]).toEqual([5, 2]);
});

test('gradient × input, and what it leaves over', () => {
  const parts = gradientTimesInput([3, 4, 0, -2], [1, -1, 7, 0.5], 2);
  expect([...parts]).toEqual([-1, -1]);
  expect(leftOver(parts, 5)).toBe(7);
});

test('Chefer: heads averaged after negatives are cut off, gathered block by block', () => {
  // Two heads over two tokens: gradient ⊙ pattern = [1, −1; 0, 2] and [3, 1; −4, 0].
  const block = positiveGradientAttention([1, 1, 0, 1, 1, 1, 2, 0], [1, -1, 9, 2, 3, 1, -2, 9], 2);
  expect([...block]).toEqual([2, 0.5, 0, 1]);
  // R = (I + Ā)(I + Ā) for two equal blocks.
  expect([...cheferRelevance([block, block], 2)]).toEqual([9, 2.5, 0, 4]);
});

test('leaving out: what the number loses', () => {
  expect([...leaveOneOutEffects(5, [4, 6])]).toEqual([1, -1]);
});

test('a perturbation has the asked length, and does not reach tokens after the last', () => {
  let state = 0;
  const move = perturbation(() => (state = (state + 0.37) % 1), { tokens: 3, channels: 2, last: 1, size: 0.5 });
  expect(Math.hypot(...move)).toBeCloseTo(0.5, 12);
  expect([...move.subarray(4)]).toEqual([0, 0]);
  expect(remainder(3, [1, 2], [0.5, 0.25])).toBe(2);
});

describe('integrated gradients', () => {
  /** F(α) = value(α) along the path, with all of its slope on token 0. */
  const along = (value: (alpha: number) => number, slope: (alpha: number) => number): PathFunction => ({
    value: async (alpha) => value(alpha),
    slopes: async (alpha) => Float64Array.of(slope(alpha), 0),
  });

  const accuracy = { tolerance: 1e-3, tokenTolerance: 5e-3 };

  test('equal steps at their middles are exact for a line’s slope, and tell their gap otherwise', async () => {
    const square = await integrateEqually(
      along(
        (a) => a * a,
        (a) => 2 * a,
      ),
      4,
    );
    expect(square.relevance[0]).toBeCloseTo(1, 12);
    expect(square).toMatchObject({ steps: 4, ends: [1, 0] });
    // ∫ 3α² by 2 midpoints: 3 (1/16 + 9/16)/2 = 15/16.
    const cube = await integrateEqually(
      along(
        (a) => a ** 3,
        (a) => 3 * a * a,
      ),
      2,
    );
    expect(cube.relevance[0]).toBeCloseTo(15 / 16, 12);
    expect(cube.gap).toBeCloseTo(1 / 16, 12);
  });

  test('a norm that saturates near 0 is found, where equal steps miss it', async () => {
    const eps = 1e-8;
    const norm = along(
      (a) => a / Math.sqrt(a * a + eps),
      (a) => eps / (a * a + eps) ** 1.5,
    );
    const equal = await integrateEqually(norm, 64);
    expect(equal.gap).toBeGreaterThan(0.99);
    const adaptive = await integrateAdaptively(norm, { ...accuracy, mostSteps: 1024 });
    expect(adaptive.relevance[0]).toBeCloseTo(1, 2);
    expect(adaptive.gap).toBeLessThanOrEqual(1e-3);
    expect(adaptive.steps).toBeLessThan(300);
  });

  test('tokens that cancel each other are found one by one, where their sum would have been believed', async () => {
    // Two slopes that rise to 100 within 0.01 of 0 and add up to 1 everywhere: the gap is 0 from the beginning.
    const steep = (a: number) => 1 / (a + 0.01);
    const cancelling: PathFunction = {
      value: async (a) => a,
      slopes: async (a) => Float64Array.of(steep(a), 1 - steep(a)),
    };
    const found = await integrateAdaptively(cancelling, { ...accuracy, mostSteps: 1024 });
    const exact = Math.log(1.01 / 0.01);
    expect(found.error).toBeLessThanOrEqual(5e-3 * exact);
    expect(Math.abs(found.relevance[0]! - exact)).toBeLessThanOrEqual(found.error!);
    expect(Math.abs(found.relevance[1]! - (1 - exact))).toBeLessThanOrEqual(found.error!);
  });

  test('it stops when it may go no further, and says how far off it is', async () => {
    const jump = along(
      (a) => Number(a > 0.3),
      () => 0,
    );
    const found = await integrateAdaptively(jump, { ...accuracy, mostSteps: 64 });
    expect(found.steps).toBeLessThanOrEqual(64);
    expect(found.gap).toBe(1);
  });
});
