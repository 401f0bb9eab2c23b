import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import { rollout, withResidual } from './rollout';
import { goldenPatterns, readGolden, WORKED_BLOCKS } from './testing/golden';
import { randomBlocks } from './testing/patterns';

describe('rollout', () => {
  test('withResidual is the head mean plus the identity, rows divided by their sums', () => {
    const pattern = [1, 0, 0.5, 0.5, 1, 0, 0.25, 0.75]; // 2 heads, 2 tokens
    expect([...withResidual(pattern, 2, 2)]).toEqual([1, 0, 0.1875, 0.8125]);
    const scaled = pattern.map((value) => value / 2); // rows that do not sum to 1 still do afterwards
    expect([...withResidual(scaled, 2, 2)]).toEqual([1, 0, 0.1875 / 1.5, 1.3125 / 1.5]);
  });

  test('the worked example of two blocks', () => {
    const [first, second] = rollout(WORKED_BLOCKS, 3);
    const expected = [0.6575, 0.2075, 0.135, 0.071875, 0.765625, 0.1625, 0.255, 0.255, 0.49];
    expect(relativeError(first!, WORKED_BLOCKS[0]!)).toBe(0);
    expect(relativeError(second!, expected)).toBeLessThan(1e-15);
  });

  test.each(['gpt2', 'llama'] as const)('every block of the golden %s', (model) => {
    const golden = readGolden(model);
    const { heads, L } = golden.json.shape;
    const prefixes = rollout(
      goldenPatterns(golden).map((pattern) => withResidual(pattern, heads, L)),
      L,
    );
    for (const [block, prefix] of prefixes.entries()) {
      // Golden attention and rollout are rounded to float32.
      expect(relativeError(prefix, golden.tensor(`rollout.${block}`).data)).toBeLessThan(5e-7);
    }
  });

  test('rows sum to 1, entries lie in [0, 1], and causal zeros are exact', () => {
    const cases = fc.record({
      seed: fc.integer(),
      length: fc.integer({ min: 1, max: 9 }),
      heads: fc.integer({ min: 1, max: 3 }),
      causal: fc.boolean(),
      sharpness: fc.double({ min: 0, max: 8, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 5 }), (pattern, count) => {
        const { length, causal } = pattern;
        for (const prefix of rollout(randomBlocks(count, pattern), length)) {
          for (let i = 0; i < length; i++) {
            const row = prefix.subarray(i * length, (i + 1) * length);
            expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
            expect(row.every((value) => value >= 0 && value <= 1 + 1e-12)).toBe(true);
            if (causal) expect(row.subarray(i + 1).every((value) => value === 0)).toBe(true);
          }
        }
      }),
    );
  });

  test('a pattern of the wrong size is refused', () => {
    expect(() => withResidual([1, 2, 3], 2, 2)).toThrow('3 numbers are no pattern of 2 heads and 2 tokens');
  });
});
