// The comparison methods on the float64 reference against the golden values of every tiny model.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { AttributeRequest } from './protocol';
import { openFolder } from './testing/engines';
import { families, readBaselines } from './testing/gradientGoldens';

// The golden files were computed in float64 from float32 weights and stored as float32, and so are results. Steep norms near 0 stretch the roundings of
// a golden x0 (1.02e-6 measured).
const tolerance = 3e-6;

/** Up to 1024 gradients each: every third model, and the steepest. */
const refined = new Set([...families.filter((_, at) => at % 3 === 0), 'gemma2']);

describe.each(families)('%s', (family) => {
  const golden = readBaselines(family);
  let engine: Engine;
  const ask = (method: AttributeRequest['method'], more: Partial<AttributeRequest> = {}) =>
    engine.attribute({ target: golden.explained, method, gateRule: 'half', ...more });

  beforeAll(async () => {
    ({ engine } = await openFolder(`fixtures/tiny/${family}`, 'reference'));
    await engine.run(golden.input);
  });
  afterAll(() => engine.dispose());

  test.each([
    ['saliency', 'gradient_l2'],
    ['gradient_x_input', 'grad_x_input'],
    ['lrp_ah_ln', 'lrp_ah_ln'],
    ['attnlrp', 'attnlrp'],
    ['ablation', 'ablation_zero'],
  ] as const)('%s', async (method, key) => {
    const { relevance } = await ask(method);
    expect(relativeError(relevance, golden.tensor(key))).toBeLessThanOrEqual(tolerance);
  });

  test('what a method leaves over is the explained number less its parts', async () => {
    for (const method of ['gradient_x_input', 'lrp_ah_ln', 'attnlrp'] as const) {
      const { relevance, total, leftOver } = await ask(method);
      expect(total).toBeCloseTo(golden.scalars.logit!, 6);
      expect(relevance.reduce((sum, value) => sum + value, leftOver!)).toBeCloseTo(total!, 5);
      const sum = golden.scalars[method === 'gradient_x_input' ? 'sum_grad_x_input' : `sum_${method}`]!;
      expect(leftOver).toBeCloseTo(golden.scalars.logit! - sum, 5);
    }
    expect(await ask('saliency')).toMatchObject({ total: null, leftOver: null });
  });

  test('chefer: the map, and its row of the target', async () => {
    const { relevance, map } = await ask('chefer');
    const expected = golden.tensor('chefer_generic');
    expect(relativeError(map!.data, expected)).toBeLessThanOrEqual(tolerance);
    const row = golden.target * golden.tokens;
    expect([...relevance]).toEqual([...map!.data.subarray(row, row + golden.tokens)]);
  });

  test('integrated gradients in 64 equal steps, with their gap', async () => {
    const { relevance, integration, total } = await ask('integrated_gradients', { steps: 64 });
    expect(relativeError(relevance, golden.tensor('integrated_gradients'))).toBeLessThanOrEqual(tolerance);
    expect(integration!.steps).toBe(64);
    expect(integration!.gap).toBeCloseTo(Math.abs(golden.scalars.ig_completeness_gap!), 5);
    expect(total).toBeCloseTo(golden.scalars.logit! - golden.scalars.logit_at_zero_input!, 5);
  });

  if (!refined.has(family)) return;
  test('integrated gradients that go on until they add up come to the limit, token by token, or say how far they are from it', async () => {
    const { relevance, integration, total } = await ask('integrated_gradients');
    const { gap, error, steps } = integration!;
    const limit = golden.tensor('integrated_gradients_limit');
    const off = error! / Math.max(...relevance.map(Math.abs));
    // Where steep norms take more gradients than are allowed (gemma2 above all: 1 % off, 6 % told), the result says so.
    if (steps + 8 <= 1024) {
      expect(gap).toBeLessThanOrEqual(1e-3 * Math.abs(total!));
      expect(off).toBeLessThanOrEqual(5e-3);
    }
    expect(relativeError(relevance, limit)).toBeLessThanOrEqual(off);
  });
});
