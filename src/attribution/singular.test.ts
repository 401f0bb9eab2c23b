import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import { randomArray, seededRandom } from '../tensor/random';
import { type SingularTriples, singularTriples } from './singular';

describe('singular directions', () => {
  test('a scaled swap, by hand: signs follow the input direction', () => {
    const { values, inputs, outputs } = singularTriples([0, -3, 2, 0], 2, 2); // e₁ ↦ 2 e₂, e₂ ↦ −3 e₁
    expect(relativeError(values, [3, 2])).toBeLessThan(1e-15);
    expect([...inputs.map((v) => [...v].map(Math.round))]).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect([...outputs.map((v) => [...v].map((x) => Math.round(x) + 0))]).toEqual([
      [-1, 0],
      [0, 1],
    ]);
  });

  test('rank one: a direction read, another written', () => {
    const triples = singularTriples(
      [3, 4, 6, 8].map((v) => -v),
      2,
      1,
    ); // −(1, 2)ᵀ (3, 4)
    expect(triples.values[0]).toBeCloseTo(5 * Math.sqrt(5), 12);
    expect(triples.values[1]).toBeCloseTo(0, 12);
    expect(relativeError(triples.inputs[0]!, [0.6, 0.8])).toBeLessThan(1e-14);
    expect(relativeError(triples.outputs[0]!, [-1 / Math.sqrt(5), -2 / Math.sqrt(5)])).toBeLessThan(1e-14);
    expect(triples.inputs.length).toBe(1);
  });

  test('rebuilds the pair, descending, orthonormal, repeatable', () => {
    const shape = fc.record({ seed: fc.integer(), dModel: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(shape, ({ seed, dModel }) => {
        const pair = randomArray(dModel * dModel, seededRandom(seed));
        const triples = singularTriples(pair, dModel, dModel);
        expect(relativeError(rebuilt(triples, dModel), pair)).toBeLessThan(1e-12);
        expect(
          triples.values.every(
            (value, k) => value >= 0 && value <= (triples.values[k - 1] ?? Number.POSITIVE_INFINITY),
          ),
        ).toBe(true);
        for (const vectors of [triples.inputs, triples.outputs]) {
          for (const [a, x] of vectors.entries()) {
            for (const [b, y] of vectors.entries()) {
              const product = x.reduce((sum, value, k) => sum + value * y[k]!, 0);
              expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-12);
            }
          }
        }
        for (const input of triples.inputs) {
          const top = input.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
          expect(top).toBeGreaterThan(0);
        }
        expect(singularTriples(pair, dModel, dModel)).toEqual(triples);
      }),
    );
  });

  test('the zero pair has zero values; a pair that is not finite or not square is refused', () => {
    expect([...singularTriples(new Float64Array(9), 3, 3).values]).toEqual([0, 0, 0]);
    expect(() => singularTriples([1, Number.NaN, 0, 1], 2, 1)).toThrow('entry (0, 1) of the pair is NaN');
    expect(() => singularTriples([1, 2, 3], 2, 1)).toThrow('3 numbers are no 2 × 2 pair');
  });
});

function rebuilt({ values, inputs, outputs }: SingularTriples, dModel: number): Float64Array {
  const out = new Float64Array(dModel * dModel);
  for (const [k, value] of values.entries()) {
    for (let d = 0; d < dModel; d++) {
      for (let e = 0; e < dModel; e++) out[d * dModel + e]! += value * outputs[k]![d]! * inputs[k]![e]!;
    }
  }
  return out;
}
