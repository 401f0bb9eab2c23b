// Every primitive on numbers small enough to check by hand. Shapes and windows at large are the conformance test's business.

import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import { randomArray, seededRandom } from '../tensor/random';
import * as reference from '.';

const f64 = (...values: number[]) => Float64Array.from(values);

describe('linear', () => {
  const x = f64(1, 2, 3, 4); // 2 rows of 2
  const size = { rows: 2, inputs: 2, outputs: 3 };

  test('x W + b in both layouts', () => {
    const expected = [19, 32, 45, 29, 46, 63]; // [1 2; 3 4] [1 2 3; 4 5 6] + [10 20 30]
    const bias = f64(10, 20, 30);
    expect([...reference.linear(x, f64(1, 2, 3, 4, 5, 6), bias, 'inOut', size)]).toEqual(expected);
    expect([...reference.linear(x, f64(1, 4, 2, 5, 3, 6), bias, 'outIn', size)]).toEqual(expected);
  });

  test.each([
    [1, 1, 1],
    [3, 4, 8],
    [2, 7, 5],
    [5, 6, 11],
  ])('by fours is the same sum: %d × %d → %d', (rows, inputs, outputs) => {
    const random = seededRandom(17);
    const input = Float64Array.from(randomArray(rows * inputs, random));
    const weight = Float64Array.from(randomArray(inputs * outputs, random));
    const bias = Float64Array.from(randomArray(outputs, random));
    for (const layout of ['inOut', 'outIn'] as const) {
      const expected = reference.linear(input, weight, bias, layout, { rows, inputs, outputs });
      const actual = reference.linearByFours(input, weight, bias, layout, { rows, inputs, outputs });
      expect(relativeError(actual, expected)).toBeLessThan(1e-14); // the order of the sum differs
    }
  });
});

describe('norm', () => {
  const size = { tokens: 2, columns: 1, channels: 2 };

  test('layer subtracts the mean, rms does not', () => {
    const x = f64(1, 3, 10, 20);
    expect([...reference.norm(x, 'layer', f64(2, 3), f64(1, 0.5), f64(7, 8), size)]).toEqual([5, 11, 2, 15.5]);
    expect([...reference.norm(x, 'rms', f64(2, 3), f64(1, 0.5), null, size)]).toEqual([2, 9, 10, 30]);
  });

  test('the adjoint centres last', () => {
    const g = f64(1, 3, 10, 20);
    expect([...reference.normAdjoint(g, 'layer', f64(2, 3), f64(1, 0.5), size)]).toEqual([-3.5, 3.5, -10, 10]);
    expect([...reference.normAdjoint(g, 'rms', f64(2, 3), f64(1, 0.5), size)]).toEqual([2, 9, 10, 30]);
  });

  test('inverseSigma has eps inside the root and survives a large offset', () => {
    expect([...reference.inverseSigma(f64(1, 3), 'layer', 3, 1, 2)]).toEqual([0.5]);
    expect([...reference.inverseSigma(f64(1, 5), 'rms', 3, 1, 2)]).toEqual([0.25]);
    expect([...reference.inverseSigma(f64(1e9 + 1, 1e9 + 3), 'layer', 3, 1, 2)]).toEqual([0.5]);
  });
});

describe('attention', () => {
  const size = { heads: 2, kvHeads: 1, dHead: 1, length: 2, causal: true };
  const pattern = f64(1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5); // [head, query, key]

  test('mix: query heads share the key/value head of their group', () => {
    const out = reference.mix(pattern, f64(4, 8), { firstToken: 0, tokens: 2 }, 1, size);
    expect([...out]).toEqual([4, 4, 7, 6]); // [query, head]
  });

  test('mix: values from token 1 on give a result from token 1 on', () => {
    const span = { firstToken: 1, tokens: 1 };
    expect(reference.mixSpan(span, size)).toEqual({ firstToken: 1, tokens: 1 });
    expect([...reference.mix(pattern, f64(8), span, 1, size)]).toEqual([6, 4]);
  });

  test('mixAdjoint sums the heads of a group', () => {
    const out = reference.mixAdjoint(pattern, f64(1, 10, 100, 1000), { firstToken: 0, tokens: 2 }, 1, size);
    expect([...out]).toEqual([1 + 10 + 25 + 500, 75 + 500]);
    const late = { firstToken: 0, tokens: 1 };
    expect(reference.mixAdjointSpan(late, size)).toEqual({ firstToken: 0, tokens: 1 });
    expect([...reference.mixAdjoint(pattern, f64(1, 10), late, 1, size)]).toEqual([11]);
  });

  test('pattern: rows sum to 1, masked entries are exactly 0, very negative scores do not divide by 0', () => {
    const q = f64(1, 1, 1, 1);
    const k = f64(-1e4, -1e4 + Math.log(3));
    const out = reference.pattern(q, k, { ...size, scale: 1 }, null);
    expect([out[0], out[1], out[4], out[5]]).toEqual([1, 0, 1, 0]);
    expect(out[2]).toBeCloseTo(0.25, 11);
    expect(out[3]).toBeCloseTo(0.75, 11);
  });

  test('pattern with a window: keys before it are exactly 0, and the cap keeps scores apart', () => {
    const one = { heads: 1, kvHeads: 1, dHead: 1, length: 3, causal: true, scale: 1 };
    const keys = f64(1e6, 0, Math.log(3));
    expect([...reference.pattern(f64(1, 1, 1), keys, { ...one, window: 1 }, null)]).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
    const two = reference.pattern(f64(1, 1, 1), keys, { ...one, window: 2 }, null);
    expect([...two.subarray(0, 7)]).toEqual([1, 0, 0, 1, 0, 0, 0]);
    expect(two[7]).toBeCloseTo(0.25, 15);
    const capped = reference.pattern(f64(1, 1, 1), keys, { ...one, softCap: Math.log(2) }, null);
    expect(capped[3]).toBeCloseTo(2 / 3, 15); // ln 2 · tanh(1e6 / ln 2) = ln 2 against 0
  });

  test('pattern with slopes: half the weight a token further', () => {
    const shape = { heads: 2, kvHeads: 1, dHead: 1, length: 3, causal: true, scale: 1 };
    const out = reference.pattern(f64(0, 0, 0, 0, 0, 0), f64(0, 0, 0), shape, null, f64(Math.log(2), 0));
    const expected = [1 / 7, 2 / 7, 4 / 7, 1 / 3, 1 / 3, 1 / 3];
    for (const [k, value] of expected.entries()) {
      expect(out[(k < 3 ? 6 : 12) + k]).toBeCloseTo(value, 14);
    }
  });

  test('rotary of neighbours turns the pairs (2k, 2k + 1)', () => {
    const quarter = { rotaryDim: 4, pairs: 'neighbours', cos: f64(0, 1), sin: f64(1, 0) } as const;
    expect([...reference.rotary(f64(1, 2, 3, 4, 5), quarter, 1, 5)]).toEqual([-2, 1, 3, 4, 5]);
  });

  test('rotary turns the pairs (k, k + half) and passes the rest', () => {
    const quarter = { rotaryDim: 2, pairs: 'halves', cos: f64(1, 0), sin: f64(0, 1) } as const; // token 0: no turn, token 1: 90°
    expect([...reference.rotary(f64(1, 2, 3, 1, 2, 3), quarter, 1, 3)]).toEqual([1, 2, 3, -2, 1, 3]);
  });
});

describe('activations', () => {
  test('multipliers at 0 are their limits', () => {
    for (const name of ['gelu', 'gelu_new', 'quick_gelu', 'silu'] as const) {
      expect([...reference.activationMultiplier(f64(0), name)]).toEqual([0.5]);
    }
    expect([...reference.activationMultiplier(f64(0, -1, 2), 'relu')]).toEqual([0, 0, 1]);
    expect([...reference.activationMultiplier(f64(0, -1, 2), 'relu2')]).toEqual([0, 0, 2]);
    expect([...reference.activationMultiplier(f64(0, -0, 1e-300), 'tanh')]).toEqual([1, 1, 1]);
    expect([...reference.activationMultiplier(f64(0, -0, 1e-300), 'sigmoid')]).toEqual([0.25, 0.25, 0.25]);
  });

  test('gelu is the normal distribution function', () => {
    const known = [6.220960574271784e-16, 0.0013498980316300946, 0.3085375387259869, 0.758036347776927];
    const out = reference.activationMultiplier(f64(-8, -3, -0.5, 0.7), 'gelu');
    for (const [k, value] of known.entries()) expect(Math.abs(out[k]! / value - 1)).toBeLessThan(5e-14);
  });

  test('large inputs saturate without NaN', () => {
    for (const name of ['gelu', 'gelu_new', 'quick_gelu', 'silu', 'relu'] as const) {
      expect([...reference.activationMultiplier(f64(-1e4, 1e4), name)]).toEqual([0, 1]);
    }
  });

  test('gate: both coefficients give φ(g) u back', () => {
    const { up, gate } = reference.gateCoefficients(f64(2, -1), f64(5, 7), 'relu');
    expect([...up]).toEqual([2, 0]);
    expect([...gate]).toEqual([5, 0]);
  });

  test('gate with φ(0) ≠ 0: the second coefficient leaves φ(0) u to a constant', () => {
    const [g, u] = [f64(0, 2, -30), f64(5, 7, 11)];
    const { up, gate } = reference.gateCoefficients(g, u, 'sigmoid');
    for (const [k, value] of g.entries()) {
      const whole = u[k]! / (1 + Math.exp(-value));
      expect(Math.abs(up[k]! * u[k]! - whole)).toBeLessThan(1e-14);
      expect(Math.abs(gate[k]! * value + u[k]! / 2 - whole)).toBeLessThan(1e-14);
    }
  });
});

describe('plumbing', () => {
  const size = { tokens: 2, columns: 2, channels: 2 };
  const x = f64(1, 2, 3, 4, 5, 6, 7, 8);

  test('multiply takes one coefficient a token and channel', () => {
    expect([...reference.multiply(x, f64(1, 10, 100, 1000), 2, size)]).toEqual([
      2, 40, 6, 80, 1000, 12000, 1400, 16000,
    ]);
  });

  test('add covers both windows, and the gap between them', () => {
    const out = reference.add(f64(1, 2), { firstToken: 3, tokens: 1 }, f64(5, 6), { firstToken: 1, tokens: 1 }, 2);
    expect([...out]).toEqual([5, 6, 0, 0, 1, 2]);
  });

  test('diagonal puts source s into column s', () => {
    const rows = f64(1, 2, 3);
    expect([...reference.diagonal(rows, 1, 2, true, 1)]).toEqual([2, 0, 0, 3]);
    expect([...reference.diagonal(rows, 1, 2, false, 1)]).toEqual([0, 0, 2, 0, 0, 3]);
  });

  test('distances from one vector a token, by sizes and squares', () => {
    expect([...reference.distances(x, f64(1, 1, 6, 6), 1, size)]).toEqual([1, 5, 1, 3]);
    expect([...reference.distances(x, f64(1, 1, 6, 6), 2, size)]).toEqual([1, 13, 1, 5]);
  });

  test('shareVector: shares of a token sum to 1, and nothing is added where no weight is', () => {
    const vector = f64(10, 20, 30, 40);
    const measured = f64(-1, 4, 0, 0);
    expect([...reference.shareVector(x, measured, vector, 'size', size)]).toEqual([3, 6, 11, 20, 5, 6, 7, 8]);
    const roots = reference.shareVector(x, f64(1, 4, 0, 9), vector, 'root', size);
    for (const [k, value] of [1 + 10 / 3, 2 + 20 / 3, 3 + 20 / 3, 4 + 40 / 3, 5, 6, 37, 48].entries())
      expect(roots[k]).toBeCloseTo(value, 14);
    expect([...reference.shareVector(x, measured, vector, 'presence', size)]).toEqual([6, 12, 8, 14, 5, 6, 7, 8]);
  });

  test('unitVectors, dot, sumSquares, sumColumns, gatherRows', () => {
    expect([...reference.unitVectors(3, 1, 2)]).toEqual([0, 1, 0, 0, 0, 1]);
    expect([...reference.dot(x, f64(1, 10, 100, 1000), size)]).toEqual([21, 43, 6500, 8700]);
    expect([...reference.sumSquares(x, size)]).toEqual([5, 25, 61, 113]);
    expect([...reference.sumColumns(x, size)]).toEqual([4, 6, 12, 14]);
    expect([...reference.gatherRows(x, [3, 0], 2)]).toEqual([7, 8, 1, 2]);
    expect(() => reference.gatherRows(x, [4], 2)).toThrow('row 4 is not in a table of 4');
  });
});
