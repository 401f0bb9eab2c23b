// The kernels that work entry by entry, against the float64 definitions.

import { describe, expect, it } from 'vitest';
import * as reference from '../reference';
import { relativeError } from '../tensor/compare';
import { packHalves, roundedToHalf } from '../tensor/half';
import { plainKernels as kernels, plainWeightKernels, rowKernels } from '.';
import { activationCode } from './activationCodes';
import { rowVariant } from './rowKernel';
import { f64, runKernel, seeded, testDevice } from './testing/device';
import { inSubgroupsOf } from './testing/subgroups';

/** A few roundings of f32 an entry. */
const tolerance = 5e-7;
/** exp on a GPU has 3 + 2|x| units in the last place, and the erf fit 1.2e-7. */
const activationTolerance = 1e-6;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, bound = tolerance): void {
  const error = relativeError(actual, expected);
  expect(!(error <= bound), `relative error ${error}`).toBe(false);
}

const signals = [
  { tokens: 1, columns: 1, channels: 1 },
  { tokens: 7, columns: 3, channels: 3 }, // 63 = workgroup - 1
  { tokens: 4, columns: 2, channels: 8 }, // 64
  { tokens: 5, columns: 1, channels: 13 }, // 65
  { tokens: 301, columns: 2, channels: 3 },
];

describe.each(signals)('entry by entry on [$tokens, $columns, $channels]', ({ tokens, columns, channels }) => {
  const elements = tokens * columns * channels;
  const firstToken = 2;
  const span = { firstToken, tokens };

  it('multiplyFrozen takes the rows of the window', async () => {
    const x = seeded(elements, 1);
    const coefficients = seeded((firstToken + tokens) * channels, 2);
    const params = { rows: tokens * columns, columns, staggered: 0, channels, firstToken, factor: 0.5 };
    const rows = f64(coefficients).subarray(firstToken * channels);
    const { multiplyFrozen } = rowKernels;
    const own = rowVariant(multiplyFrozen, 'subgroups', testDevice.subgroupLanes);
    for (const kernel of [multiplyFrozen.shared, multiplyFrozen.single, own, inSubgroupsOf(8, multiplyFrozen)]) {
      const { y } = await runKernel(kernel, params, { x, coefficients }, { y: elements });
      expectClose(y, reference.multiply(f64(x), rows, 0.5, { tokens, columns, channels }));
    }
  });

  it.each([0, 1, 2, 400])('addSignals covers both windows, the second from token %i', async (firstY) => {
    const y = seeded(columns * channels * 3, 3);
    const x = seeded(elements, 4);
    const spanY = { firstToken: firstY, tokens: 3 };
    const out = reference.unionSpan(span, spanY);
    const tokenSize = columns * channels;
    const params = {
      elements: out.tokens * tokenSize,
      tokenSize,
      firstToken: out.firstToken,
      firstX: firstToken,
      tokensX: tokens,
      firstY,
      tokensY: 3,
    };
    const { sum } = await runKernel(kernels.addSignals, params, { x, y }, { sum: params.elements });
    expectClose(sum, reference.add(f64(x), span, f64(y), spanY, tokenSize));
  });

  it('sumColumns adds the columns', async () => {
    const x = seeded(elements, 5);
    const params = { elements: tokens * channels, columns, staggered: 0, channels };
    const { total } = await runKernel(kernels.sumColumns, params, { x }, { total: tokens * channels });
    expectClose(total, reference.sumColumns(f64(x), { tokens, columns, channels }));
  });

  it('gatherRows picks rows', async () => {
    const table = seeded(11 * channels, 6);
    const indices = Uint32Array.from({ length: tokens }, (_, t) => (t * 7) % 11);
    const params = { elements: tokens * channels, channels, firstRow: 0, rows: 11 };
    const kernel = plainWeightKernels.f32.gatherRows;
    const outputs = { gathered: tokens * channels };
    const { gathered } = await runKernel(kernel, params, { weights: table, indices }, outputs);
    expect(f64(gathered)).toEqual(reference.gatherRows(f64(table), f64(indices), channels));
  });

  it('gatherRows takes what the parts of a table hold, in half precision too', async () => {
    const table = seeded(11 * channels, 6);
    const indices = Uint32Array.from({ length: tokens }, (_, t) => (t * 7) % 11);
    let gathered: Float32Array = new Float32Array(tokens * channels).fill(Number.NaN);
    for (const [firstRow, rows] of [
      [0, 3],
      [3, 7],
      [10, 1],
    ] as const) {
      const weights = new Uint32Array(Math.ceil((rows * channels) / 2));
      packHalves(table.subarray(firstRow * channels, (firstRow + rows) * channels), weights);
      const params = { elements: tokens * channels, channels, firstRow, rows };
      const outputs = { gathered: Float32Array.from(gathered) };
      ({ gathered } = await runKernel(plainWeightKernels.f16.gatherRows, params, { weights, indices }, outputs));
    }
    expect(f64(gathered)).toEqual(reference.gatherRows(f64(roundedToHalf(table)), f64(indices), channels));
  });

  it('diagonalSources and unitVectors are exact', async () => {
    const x = seeded(tokens * channels, 7);
    const sources = Math.min(columns, tokens);
    const firstSource = tokens - sources;
    for (const causal of [true, false]) {
      const out = reference.diagonalSpan(tokens, firstSource, causal);
      const size = out.tokens * sources * channels;
      const { firstToken } = out;
      const params = { elements: size, columns: sources, staggered: 0, channels, firstToken, firstSource };
      const result = await runKernel(kernels.diagonalSources, params, { x }, { sources: size });
      expect(f64(result.sources)).toEqual(reference.diagonal(f64(x), firstSource, sources, causal, channels));
    }
    const unit = { elements: channels * channels, channels, firstChannel: 0 };
    const { vectors } = await runKernel(kernels.unitVectors, unit, {}, { vectors: channels * channels });
    expect(f64(vectors)).toEqual(reference.unitVectors(channels, 0, channels));
  });
});

it.each([
  { tokens: 1, heads: 1, dHead: 2, rotaryDim: 2 },
  { tokens: 5, heads: 3, dHead: 8, rotaryDim: 8 },
  { tokens: 13, heads: 2, dHead: 9, rotaryDim: 6 },
])('rotatePairs turns $rotaryDim of $dHead channels of $heads heads', async ({ tokens, heads, dHead, rotaryDim }) => {
  const half = rotaryDim / 2;
  const x = seeded(tokens * heads * dHead, 1);
  const angles = seeded(tokens * half, 2, 3);
  const cosines = angles.map(Math.cos);
  const sines = angles.map(Math.sin);
  for (const pairs of ['halves', 'neighbours'] as const) {
    const turning = { half, neighbours: Number(pairs === 'neighbours'), firstToken: 0, back: 0 };
    const params = { elements: x.length, heads, dHead, ...turning };
    const { rotated } = await runKernel(kernels.rotatePairs, params, { x, cosines, sines }, { rotated: x.length });
    const table = { rotaryDim, pairs, cos: f64(cosines), sin: f64(sines) };
    expectClose(rotated, reference.rotary(f64(x), table, heads, dHead));
  }
});

describe.each(Object.keys(activationCode) as (keyof typeof activationCode)[])('activation %s', (activation) => {
  // Dense around 0 and over both tails, the seams of the erf fits, and values that overflow a careless cube or exponential.
  const z = Float32Array.from([
    ...Array.from({ length: 2001 }, (_, i) => (i - 1000) / 100),
    ...[0, -0, 1e-30, -1e-30, 1e-6, -1e-6, Math.SQRT2, -Math.SQRT2, 30, -30, 100, -100, 1e4, -1e4, 1e20, -1e20],
  ]);
  const elements = z.length;

  it('has its multiplier and its value to 1e-6', async () => {
    const params = { elements, activation: activationCode[activation] };
    const run = (from: Float32Array<ArrayBuffer>) =>
      runKernel(
        kernels.activateEntries,
        { ...params, elements: from.length },
        { z: from },
        { multiplier: from.length, y: from.length },
      );
    expectClose((await run(z)).multiplier, reference.activationMultiplier(f64(z), activation), activationTolerance);
    const some = z.filter((value) => Math.abs(value) <= 10);
    const atZero = reference.activationAtZero(activation);
    const expected = reference.activationMultiplier(f64(some), activation).map((m, at) => atZero + m * some[at]!);
    expectClose((await run(some)).y, expected, activationTolerance);
  });

  it('has its gate coefficients and value, and φ(z) relative to z', async () => {
    const g = z.filter((value) => Math.abs(value) <= 10);
    const u = seeded(g.length, 3);
    const params = { elements: g.length, activation: activationCode[activation] };
    const lengths = { up: g.length, gate: g.length, h: g.length };
    const { up, gate, h } = await runKernel(kernels.gateEntries, params, { g, u }, lengths);
    const expected = reference.gateCoefficients(f64(g), f64(u), activation);
    expectClose(up, expected.up, activationTolerance);
    expectClose(gate, expected.gate, activationTolerance);
    expectClose(
      h,
      expected.up.map((value, at) => value * u[at]!),
      activationTolerance,
    );
  });
});

it('the lower tail of gelu keeps its relative accuracy', async () => {
  const z = Float32Array.from([-2, -3, -4, -5, -6, -7]);
  const { multiplier } = await runKernel(
    kernels.activateEntries,
    { elements: 6, activation: 0 },
    { z },
    { multiplier: 6, y: 6 },
  );
  const expected = reference.activationMultiplier(f64(z), 'gelu');
  for (const [i, value] of multiplier.entries()) {
    const error = Math.abs(value / expected[i]! - 1); // exp of up to 25: 3 + 50 units in the last place
    expect(!(error <= 5e-6), `Φ(${z[i]}): relative error ${error}`).toBe(false);
  }
});
