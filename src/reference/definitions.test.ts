// The primitives, composed as a forward pass composes them, give the textbook layers.

import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import { randomArray, seededRandom } from '../tensor/random';
import * as reference from '.';
import * as definitions from './definitions';

const random = seededRandom(2024);
const numbers = (length: number, scale = 1) => Float64Array.from(randomArray(length, random, scale));
const TOLERANCE = 1e-13; // float64, sums of at most a few dozen terms

describe('definitions', () => {
  const [tokens, channels] = [5, 7];
  const size = { tokens, columns: 1, channels };

  test('LayerNorm is norm with its own inverseSigma', () => {
    const [x, gain, bias] = [numbers(tokens * channels).map((v) => v + 100), numbers(channels), numbers(channels)];
    const scales = reference.inverseSigma(x, 'layer', 1e-5, tokens, channels);
    const actual = reference.norm(x, 'layer', gain, scales, bias, size);
    expect(relativeError(actual, definitions.layerNorm(x, gain, bias, 1e-5))).toBeLessThan(TOLERANCE);
  });

  test('RMSNorm is norm with its own inverseSigma', () => {
    const [x, gain] = [numbers(tokens * channels), numbers(channels)];
    const scales = reference.inverseSigma(x, 'rms', 1e-3, tokens, channels);
    const actual = reference.norm(x, 'rms', gain, scales, null, size);
    expect(relativeError(actual, definitions.rmsNorm(x, gain, 1e-3))).toBeLessThan(TOLERANCE);
  });

  test('linear', () => {
    const [x, weight, bias] = [numbers(tokens * channels), numbers(channels * 3), numbers(3)];
    const actual = reference.linear(x, weight, bias, 'inOut', { rows: tokens, inputs: channels, outputs: 3 });
    expect(relativeError(actual, definitions.linearLayer(x, weight, bias, channels))).toBeLessThan(TOLERANCE);
  });

  test.each(['gelu', 'gelu_new', 'quick_gelu', 'silu', 'relu', 'relu2', 'tanh', 'sigmoid'] as const)(
    '%s is its value at 0 plus multiplier times z, also far out and at 0',
    (name) => {
      const z = Float64Array.from([0, -0, 1e-8, -1e-8, 0.3, -0.7, 2, -2, 5, -5, 12, -12, 40, -40, ...numbers(100, 6)]);
      const multiplier = reference.activationMultiplier(z, name);
      const expected = definitions.activate(z, name);
      for (const [k, value] of z.entries()) {
        const actual = reference.activationAtZero(name) + multiplier[k]! * value;
        expect(Math.abs(actual - expected[k]!)).toBeLessThanOrEqual(
          1e-15 * (1 + Math.abs(value) + Math.abs(expected[k]!)),
        );
      }
    },
  );

  test.each([
    [1, 1, true],
    [4, 4, true],
    [4, 2, false],
    [6, 2, true],
    [3, 1, false],
  ])('attention: %d heads on %d key/value heads, causal %s, with and without rotary', (heads, kvHeads, causal) => {
    const dHead = 6;
    const [q, k, v] = [
      numbers(tokens * heads * dHead),
      numbers(tokens * kvHeads * dHead),
      numbers(tokens * kvHeads * dHead),
    ];
    const angle = (position: number, index: number) => position * 10 ** -index;
    for (const rotaryDim of [0, 2, 4, 6]) {
      const half = rotaryDim / 2;
      const angles = Array.from({ length: tokens * half }, (_, n) => angle(Math.floor(n / half), n % half));
      const [cos, sin] = [Float64Array.from(angles, Math.cos), Float64Array.from(angles, Math.sin)];
      const scorings = [{}, { softCap: 0.4 }, ...(causal ? [{ window: 2 }, { window: 3, softCap: 1 }] : [])];
      for (const pairs of ['halves', 'neighbours'] as const) {
        for (const scoring of scorings) {
          const shape = { heads, kvHeads, dHead, length: tokens, causal, scale: 0.9, ...scoring };
          const table = rotaryDim === 0 ? null : { rotaryDim, pairs, cos, sin };
          const actual = reference.mix(reference.pattern(q, k, shape, table), v, { firstToken: 0, tokens }, 1, shape);
          const rotary = rotaryDim === 0 ? null : { rotaryDim, pairs, angle };
          const expected = definitions.attention(q, k, v, { ...shape, rotary });
          expect(relativeError(actual, expected)).toBeLessThan(TOLERANCE);
        }
      }
    }
    const slopes = numbers(heads);
    const shape = { heads, kvHeads, dHead, length: tokens, causal, scale: 0.9 };
    const actual = reference.mix(reference.pattern(q, k, shape, null, slopes), v, { firstToken: 0, tokens }, 1, shape);
    const expected = definitions.attention(q, k, v, { ...shape, slopes: [...slopes], rotary: null });
    expect(relativeError(actual, expected)).toBeLessThan(TOLERANCE);
  });

  test('headNorm is RMSNorm of every head', () => {
    const [x, gain] = [numbers(tokens * 3 * channels), numbers(channels)];
    const expected = definitions.rmsNorm(x, gain, 1e-3); // heads as if they were tokens
    expect(relativeError(reference.headNorm(x, gain, 1e-3), expected)).toBeLessThan(TOLERANCE);
  });

  test('gated hidden layer: up times u, and gate times g, are φ(g) u', () => {
    const x = numbers(tokens * channels);
    const [gate, up] = [0, 1].map(() => ({ weight: numbers(channels * 4), bias: numbers(4) }));
    const g = definitions.linearLayer(x, gate!.weight, gate!.bias, channels);
    const u = definitions.linearLayer(x, up!.weight, up!.bias, channels);
    const frozen = reference.gateCoefficients(g, u, 'silu');
    const expected = definitions.gatedHidden(x, gate!, up!, channels, 'silu');
    expect(
      relativeError(
        frozen.up.map((value, k) => value * u[k]!),
        expected,
      ),
    ).toBeLessThan(TOLERANCE);
    expect(
      relativeError(
        frozen.gate.map((value, k) => value * g[k]!),
        expected,
      ),
    ).toBeLessThan(TOLERANCE);
  });
});
