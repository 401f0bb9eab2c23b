// The kernels that go over rows, shared by lanes, within subgroups of every size, and a row a lane, against the float64 definitions.

import { describe, expect, it } from 'vitest';
import type { Kernel, ParamTypes } from '../gpu/kernel';
import * as reference from '../reference';
import { relativeError } from '../tensor/compare';
import { rowKernels } from '.';
import { channelMeasures } from './compareChannels';
import { type RowKernel, rowVariant } from './rowKernel';
import { f64, runKernel, seeded, testDevice } from './testing/device';
import { inSubgroupsOf } from './testing/subgroups';

/** Sums of up to a few hundred f32 numbers by a tree. */
const tolerance = 1e-6;
/** exp on a GPU has 3 + 2|x| units in the last place, here up to |x| = 12. */
const softmaxTolerance = 3e-6;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, bound = tolerance): void {
  const error = relativeError(actual, expected);
  expect(!(error <= bound), `relative error ${error}`).toBe(false);
}

type Variant = <P extends ParamTypes, R extends string, W extends string>(
  kernel: RowKernel<P, R, W>,
) => Kernel<P, R, W>;

/** The device's own subgroups where it has some, and others emulated: as many lanes as share a row, and more. */
const variants: Readonly<Record<string, Variant>> = {
  shared: ({ shared }) => shared,
  single: ({ single }) => single,
  "the device's subgroups": (kernel) => rowVariant(kernel, 'subgroups', testDevice.subgroupLanes),
  'subgroups of 4': (kernel) => inSubgroupsOf(4, kernel),
  'subgroups of 8': (kernel) => inSubgroupsOf(8, kernel),
  'subgroups of 128': (kernel) => inSubgroupsOf(128, kernel),
};
const names = Object.keys(variants);
const rowSizes = [
  { tokens: 1, columns: 1, channels: 1 },
  { tokens: 3, columns: 2, channels: 7 },
  { tokens: 2, columns: 3, channels: 63 },
  { tokens: 2, columns: 1, channels: 64 },
  { tokens: 3, columns: 2, channels: 65 },
  { tokens: 1, columns: 2, channels: 769 },
  { tokens: 401, columns: 1, channels: 3 },
];

/** Nothing is added. */
const noSum = { firstAdded: 0, rowsAdded: 0 };

describe.each(names.flatMap((name) => rowSizes.map((size) => ({ name, ...size }))))(
  'rows of [$tokens, $columns, $channels], $name',
  ({ name, ...size }) => {
    const variant = variants[name]!;
    const { tokens, columns, channels } = size;
    const rows = tokens * columns;
    const firstToken = 1;
    const x = seeded(rows * channels, 1);
    const gain = seeded(channels, 2);
    const bias = seeded(channels, 3);
    const sigma = seeded(firstToken + tokens, 4).map((value) => 1.5 + value);
    const window = f64(sigma).subarray(firstToken);

    it.each(['layer', 'rms'] as const)('applyNorm and its adjoint, %s', async (kind) => {
      const params = { rows, columns, channels, firstToken, subtractMean: Number(kind === 'layer'), ...noSum };
      // One channel in layer mode is x - x: compare against the size of x instead of 0.
      const scale = (values: Float64Array) => (channels === 1 ? values.map((value) => value + 1) : values);
      for (const hasBias of [0, 1]) {
        const { y } = await runKernel(
          variant(rowKernels.applyNorm),
          { ...params, staggered: 0, hasBias, firstX: 0, rowsX: rows },
          { x, gain, sigma, bias, added: x },
          { y: x.length },
        );
        expectClose(
          scale(f64(y)),
          scale(reference.norm(f64(x), kind, f64(gain), window, hasBias ? f64(bias) : null, size)),
        );
      }
      const { pulled } = await runKernel(
        variant(rowKernels.applyNormAdjoint),
        { ...params, firstG: 0, rowsG: rows },
        { g: x, gain, sigma, added: x },
        { pulled: x.length },
      );
      expectClose(scale(f64(pulled)), scale(reference.normAdjoint(f64(x), kind, f64(gain), window, size)));
    });

    it.each(['layer', 'rms'] as const)('normaliseRows, %s, also with a large offset', async (kind) => {
      const eps = 0.0009765625; // a float32 number, so that one channel in layer mode has the scale of float64
      for (const [offset, given] of [
        [0, 0],
        [300, 1],
      ] as const) {
        const shifted = x.map((value) => value + offset);
        const norm = { tokens: rows, channels, subtractMean: Number(kind === 'layer'), eps };
        const params = { ...norm, hasBias: given, hasAdded: given };
        const reads = { x: shifted, gain, bias, added: x };
        const result = await runKernel(variant(rowKernels.normaliseRows), params, reads, { sigma: rows, y: x.length });
        const scales = reference.inverseSigma(f64(shifted), kind, eps, rows, channels);
        expectClose(result.sigma, scales, 3e-6);
        const oneColumn = { tokens: rows, columns: 1, channels };
        const value = reference.norm(f64(shifted), kind, f64(gain), scales, given ? f64(bias) : null, oneColumn);
        // One channel in layer mode is x - x: compared against the size of x instead of 0.
        const expected = value.map((entry, at) => entry + given * x[at]! + 1);
        expectClose(
          f64(result.y).map((entry) => entry + 1),
          expected,
          3e-6,
        );
      }
    });

    it('headNorm, every column a head', async () => {
      const params = { rows, dHead: channels, eps: 1e-3 };
      const { y } = await runKernel(variant(rowKernels.headNorm), params, { x, gain }, { y: x.length });
      expectClose(y, reference.headNorm(f64(x), f64(gain), f64([1e-3])[0]!));
    });

    it('compareChannels and sumSquares', async () => {
      const skippedY = 2;
      const y = seeded((skippedY + tokens) * channels, 5);
      const beside = f64(y).subarray(skippedY * channels);
      const compare = async (measure: keyof typeof channelMeasures) => {
        const params = { rows, columns, staggered: 0, channels, skippedY, measure: channelMeasures[measure] };
        return (await runKernel(variant(rowKernels.compareChannels), params, { x, y }, { compared: rows })).compared;
      };
      expectClose(await compare('product'), reference.dot(f64(x), beside, size));
      expectClose(await compare('distance'), reference.distances(f64(x), beside, 1, size));
      expectClose(await compare('squaredDistance'), reference.distances(f64(x), beside, 2, size));
      const { squares } = await runKernel(variant(rowKernels.sumSquares), { rows, channels }, { x }, { squares: rows });
      expectClose(squares, reference.sumSquares(f64(x), size));
    });

    it('shareVector', async () => {
      const skipped = 2;
      const y = seeded((skipped + tokens) * channels, 5);
      const beside = f64(y).subarray(skipped * channels);
      const measured = seeded(rows, 6).map((value, at) => (at % 4 === 3 ? 0 : Math.abs(value)));
      for (const [code, measure] of (['size', 'root', 'presence'] as const).entries()) {
        const params = { rows, columns, channels, skipped, measure: code };
        const inputs = { x, measured, vector: y };
        const { spread } = await runKernel(variant(rowKernels.shareVector), params, inputs, { spread: x.length });
        expectClose(spread, reference.shareVector(f64(x), f64(measured), beside, measure, size));
      }
    });
  },
);

it.each(names)('applyNorm keeps the digits of a row with a large offset, %s', async (name) => {
  const channels = 200;
  const x = seeded(channels, 1).map((value) => 27_000 + value);
  const row = { rows: 1, columns: 1, staggered: 0, channels, firstToken: 0, subtractMean: 1, hasBias: 0 };
  const params = { ...row, firstX: 0, rowsX: 1, ...noSum };
  const ones = new Float32Array(channels).fill(1);
  const { y } = await runKernel(
    variants[name]!(rowKernels.applyNorm),
    params,
    { x, gain: ones, sigma: ones.slice(0, 1), bias: ones, added: ones },
    { y: channels },
  );
  const expected = reference.norm(f64(x), 'layer', f64(ones), f64([1]), null, { tokens: 1, columns: 1, channels });
  expectClose(y, expected); // one mean alone, rounded at 27,000, would be off by 1e-3
});

function softmaxRows64(scores: Float32Array, tokens: number, causal: boolean, window: number): number[] {
  return Array.from({ length: scores.length / tokens }, (_, row) => {
    const length = causal ? (row % tokens) + 1 : tokens;
    const first = causal ? Math.max(0, length - window) : 0;
    const own = [...scores.slice(row * tokens + first, row * tokens + length)];
    const peak = Math.max(...own);
    const weights = own.map((score) => Math.exp(score - peak));
    const sum = weights.reduce((a, b) => a + b, 0);
    const zeros = (count: number) => new Array<number>(count).fill(0);
    return [...zeros(first), ...weights.map((weight) => weight / sum), ...zeros(tokens - length)];
  }).flat();
}

describe.each(names.flatMap((name) => [1, 7, 63, 64, 65, 131].map((tokens) => ({ name, tokens }))))(
  'softmaxRows on $tokens tokens, $name',
  ({ name, tokens }) => {
    const variant = variants[name]!;
    const rows = 2 * tokens;
    const inputs = {
      plain: seeded(rows * tokens, 1, 6),
      'very negative': seeded(rows * tokens, 2).map((value) => -1e30 + value),
      'a large offset': seeded(rows * tokens, 3).map((value) => 1000 + value),
      'one far above the rest': seeded(rows * tokens, 4).map((value, at) => (at % tokens === 0 ? 0 : -1e4 + value)),
    };
    it.each(Object.entries(inputs))('%s', async (_, scores) => {
      for (const [causal, window] of [
        [true, 0],
        [false, 0],
        [true, 1],
        [true, 20],
      ] as const) {
        const hidden = (at: number) => {
          const distance = (Math.floor(at / tokens) % tokens) - (at % tokens);
          return causal && (distance < 0 || distance >= (window || tokens));
        };
        const masked = scores.map((score, at) => (hidden(at) ? Number.NaN : score)); // what is masked must not be read
        const params = { rows, tokens, causal: Number(causal), window };
        const { pattern } = await runKernel(variant(rowKernels.softmaxRows), params, {}, { pattern: masked });
        expectClose(pattern, softmaxRows64(scores, tokens, causal, window || tokens), softmaxTolerance);
        expect(pattern.filter((_, at) => hidden(at)).every((weight) => weight === 0)).toBe(true);
      }
    });
  },
);

describe('sums over rows', () => {
  it.each([16, 32, 64, 128] as const)(
    'are the same bits in subgroups of %d as through workgroup memory',
    async (size) => {
      const [rows, channels] = [37, 203];
      const x = seeded(rows * channels, 1);
      const squaresOf = async (variant: Variant) =>
        (await runKernel(variant(rowKernels.sumSquares), { rows, channels }, { x }, { squares: rows })).squares;
      expect(await squaresOf((kernel) => inSubgroupsOf(size, kernel))).toEqual(await squaresOf(variants.shared!));
    },
  );

  it('are within subgroups only where the device has some', () => {
    const { shared, subgroups } = rowKernels.sumSquares;
    expect(rowVariant(rowKernels.sumSquares, 'subgroups', null)).toBe(shared);
    expect(rowVariant(rowKernels.sumSquares, 'subgroups', 8)).toBe(subgroups[8]);
  });
});
