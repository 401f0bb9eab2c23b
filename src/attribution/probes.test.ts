import { describe, expect, test } from 'vitest';
import { seededRandom } from '../tensor/random';
import { estimateRoots, estimateTotals, probeBasis, type Sampled, studentQuantile } from './probes';

/** D × D of the given rank, rows = outputs; with a channel far above the others when asked. */
function operator(size: number, rank: number, seed: number, outlier = 0): Float64Array {
  const random = seededRandom(seed);
  const factor = () => Float64Array.from({ length: size * rank }, () => random() + random() + random() - 1.5);
  const [left, right] = [factor(), factor()];
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [d, e] = [Math.floor(at / size), at % size];
    let sum = d === 3 && e === 3 ? outlier : 0;
    for (let k = 0; k < rank; k++) sum += left[d * rank + k]! * right[e * rank + k]!;
    return sum;
  });
}

const identity = (size: number) =>
  Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));

/** ‖Tᵀq‖² and qᵀTq of the first `count` probes. */
function sample(matrix: Float64Array, size: number, seed: number, count: number): { norm: Sampled; trace: Sampled } {
  const probe = probeBasis(size, seed);
  const made = () => ({ count, of: size, sums: new Float64Array(1), squares: new Float64Array(1) });
  const [norm, trace] = [made(), made()];
  for (let k = 0; k < count; k++) {
    const q = probe(k);
    let square = 0;
    let along = 0;
    for (let e = 0; e < size; e++) {
      let pulled = 0;
      for (let d = 0; d < size; d++) pulled += q[d]! * matrix[d * size + e]!;
      square += pulled ** 2;
      along += pulled * q[e]!;
    }
    norm.sums[0]! += square;
    norm.squares[0]! += square ** 2;
    trace.sums[0]! += along;
    trace.squares[0]! += along ** 2;
  }
  return { norm, trace };
}

const frobenius = (matrix: Float64Array) => Math.sqrt(matrix.reduce((sum, value) => sum + value ** 2, 0));
const traceOf = (matrix: Float64Array, size: number) =>
  matrix.reduce((sum, value, at) => (at % (size + 1) === 0 ? sum + value : sum), 0);

const seeds = Array.from({ length: 300 }, (_, at) => at + 1);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test.each([1, 5, 12, 28, 64])('the probes of width %i are an orthonormal basis, in an order of their own', (size) => {
  const probe = probeBasis(size, 3);
  const rows = Array.from({ length: size }, (_, k) => probe(k));
  for (const [a, left] of rows.entries()) {
    for (const [b, right] of rows.entries()) {
      const dot = left.reduce((sum, value, at) => sum + value * right[at]!, 0);
      expect(Math.abs(dot - Number(a === b)), `${a} · ${b}`).toBeLessThan(1e-13); // a few roundings
    }
  }
  if (size > 5) expect(probeBasis(size, 4)(0)).not.toEqual(probe(0));
});

test('all probes give the exact norm and trace, with a band of 0', () => {
  for (const size of [28, 64]) {
    const matrix = operator(size, 5, 11);
    const { norm, trace } = sample(matrix, size, 2, size);
    const [root, total] = [estimateRoots(norm), estimateTotals(trace)];
    expect(Math.abs(root.data[0]! / frobenius(matrix) - 1)).toBeLessThan(1e-12);
    expect(Math.abs(total.data[0]! / traceOf(matrix, size) - 1)).toBeLessThan(1e-11); // a sum of terms of both signs
    expect([root.band[0], total.band[0]]).toEqual([0, 0]);
  }
});

describe.each([
  { size: 48, rank: 1 },
  { size: 64, rank: 4 },
  { size: 48, rank: 48 },
])('rank $rank of $size', ({ size, rank }) => {
  const matrix = operator(size, rank, 7);
  const [exact, exactTrace] = [frobenius(matrix), traceOf(matrix, size)];

  test.each([8, 16, 32])('%i probes: no bias, and the bands hold the exact value as often as they say', (count) => {
    const found = seeds.map((seed) => sample(matrix, size, seed, count));
    const squares = found.map(({ norm }) => (size / count) * norm.sums[0]!);
    const roots = found.map(({ norm }) => estimateRoots(norm));
    const totals = found.map(({ trace }) => estimateTotals(trace));
    const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    const values = totals.map(({ data }) => data[0]!);
    // Four standard errors of the mean over the seeds.
    const allowed = 4 / Math.sqrt(seeds.length);
    expect(Math.abs(mean(squares) - exact ** 2)).toBeLessThanOrEqual(allowed * spread(squares));
    expect(Math.abs(mean(values) - exactTrace)).toBeLessThanOrEqual(allowed * spread(values));

    const held = (list: typeof roots, value: number) =>
      mean(list.map(({ data, band }) => Number(Math.abs(data[0]! - value) <= band[0]!)));
    // 0.95 less what skew takes where one direction carries everything, and three standard errors (0.013 each) of the count.
    const least = rank === 1 ? 0.88 : 0.91;
    for (const share of [held(roots, exact), held(totals, exactTrace)]) {
      expect(share).toBeGreaterThanOrEqual(least);
      expect(share).toBeLessThanOrEqual(0.99); // a band that always holds would be too wide
    }
  });

  test('more probes make the band narrower', () => {
    const widths = [8, 16, 32].map((count) =>
      mean(seeds.slice(0, 60).map((seed) => estimateRoots(sample(matrix, size, seed, count).norm).band[0]!)),
    );
    expect(widths[1]!).toBeLessThan(0.75 * widths[0]!);
    expect(widths[2]!).toBeLessThan(0.75 * widths[1]!);
  });
});

test('of a matrix whose diagonal is all there is, ± probes know the trace at once', () => {
  const { trace } = sample(identity(64), 64, 5, 8);
  const { data, band } = estimateTotals(trace);
  expect(Math.abs(data[0]! - 64)).toBeLessThan(1e-11);
  expect(band[0]!).toBeLessThan(1e-5); // the variance of equal numbers is a difference of equal sums: √1e-16 of 64 is left
});

test('an operator that is zero is known to be', () => {
  const { norm } = sample(new Float64Array(28 ** 2), 28, 5, 8);
  expect(estimateRoots(norm)).toEqual({ data: Float64Array.of(0), band: Float64Array.of(0) });
});

test("quantiles of Student's t", () => {
  // Tables: 7, 15, 31 degrees of freedom, and the normal.
  for (const [freedom, expected] of [
    [7, 2.36462],
    [15, 2.13145],
    [31, 2.03951],
    [1e9, 1.95996],
  ] as const) {
    expect(Math.abs(studentQuantile(freedom) - expected), `${freedom}`).toBeLessThan(2e-4);
  }
});
