// The kernels that multiply matrices, each with each of its tiles, against the float64 definitions.

import { describe, expect, it } from 'vitest';
import type { Kernel, ParamTypes, ParamValues } from '../gpu/kernel';
import * as reference from '../reference';
import { relativeError } from '../tensor/compare';
import { packHalves, roundedToHalf } from '../tensor/half';
import { attentionScores } from './attentionScores';
import { usualChoice } from './choice';
import { linearPerToken } from './linearPerToken';
import { matmul } from './matmul';
import { mixValues } from './mixValues';
import { mixValuesAdjoint } from './mixValuesAdjoint';
import { f64, runKernel, seeded } from './testing/device';
import { chooseTile, type TiledKernel, type TileName, tilesAtHand } from './tiles';

/** f32 sums of up to a few hundred products: some ten rounding errors of 6e-8 relative to the largest entry. */
const tolerance = 2e-6;
const allTiles: readonly TileName[] = ['shared', 'direct', 'square', 'flat'];

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const error = relativeError(actual, expected);
  expect(!(error <= tolerance), `relative error ${error}`).toBe(false);
}

const shapes = [
  { rows: 1, inner: 1, columns: 1 },
  { rows: 13, inner: 7, columns: 17 },
  { rows: 63, inner: 15, columns: 63 },
  { rows: 64, inner: 16, columns: 64 },
  { rows: 65, inner: 17, columns: 65 },
  { rows: 3, inner: 130, columns: 259 },
  { rows: 301, inner: 5, columns: 2 },
  { rows: 65, inner: 20, columns: 68 },
  { rows: 2, inner: 36, columns: 4 },
  { rows: 75, inner: 9, columns: 112 }, // the direct tile: 72 x 56
  { rows: 130, inner: 6, columns: 40 }, // and 96 x 40, four threads at rest
];

/** The tile with every way to load the factors that the product allows. */
function everyLoad<P extends ParamTypes, R extends string, W extends string>(
  kernel: TiledKernel<P, R, W>,
  tile: TileName,
  params: ParamValues<P>,
): readonly Kernel<P, R, W>[] {
  return kernel.quads?.fit(params) ? [kernel[tile], kernel.quads.tiles[tile]] : [kernel[tile]];
}

type Size = Readonly<Record<'rows' | 'inner' | 'columns', number>>;

/** The matrix is no block of a larger one, and nothing is done to the product. */
const wholeOf = (size: Size) => ({
  ...size,
  inputs: size.inner,
  firstInput: 0,
  outputs: size.columns,
  firstOutput: 0,
  accumulate: 0,
  hasBias: 0,
  firstA: 0,
  rowsA: size.rows,
  hasFactor: 0,
  factor: 1,
  firstToken: 0,
  rowsPerToken: 1,
  staggered: 0,
  firstAdded: 0,
  rowsAdded: 0,
});
const nothing = new Float32Array(1);
const noEpilogue = { bias: nothing, coefficients: nothing, added: nothing };

describe.each(allTiles)('matmul with the %s tile', (tile) => {
  it.each(shapes)('multiplies $rows × $inner × $columns in both layouts, with and without bias', async (size) => {
    const { rows, inner, columns } = size;
    const a = seeded(rows * inner, 1);
    const b = seeded(inner * columns, 2);
    const bias = seeded(columns, 3);
    for (const layout of ['inOut', 'outIn'] as const) {
      for (const hasBias of [0, 1]) {
        const params = { ...wholeOf(size), hasBias };
        const sizes = { rows, inputs: inner, outputs: columns };
        const expected = reference.linear(f64(a), f64(b), hasBias ? f64(bias) : null, layout, sizes);
        for (const kernel of everyLoad(matmul.f32[layout], tile, params)) {
          const { c } = await runKernel(kernel, params, { ...noEpilogue, a, b, bias }, { c: rows * columns });
          expectClose(c, expected);
        }
      }
    }
  });

  it.each([
    { rows: 5, inner: 7, columns: 13 },
    { rows: 65, inner: 33, columns: 70 },
    { rows: 9, inner: 12, columns: 36 },
  ])('reads halves: $rows × $inner × $columns is the product with the rounded matrix', async (size) => {
    const { rows, inner, columns } = size;
    const a = seeded(rows * inner, 1);
    const b = seeded(inner * columns, 2);
    const weights = new Uint32Array(Math.ceil(b.length / 2));
    packHalves(b, weights);
    for (const layout of ['inOut', 'outIn'] as const) {
      const params = wholeOf(size);
      const sizes = { rows, inputs: inner, outputs: columns };
      const expected = reference.linear(f64(a), f64(roundedToHalf(b)), null, layout, sizes);
      for (const kernel of everyLoad(matmul.f16[layout], tile, params)) {
        const { c } = await runKernel(kernel, params, { ...noEpilogue, a, b: weights }, { c: rows * columns });
        expectClose(c, expected);
      }
    }
  });

  it.each([
    { rows: 6, inputs: 11, outputs: 9, firstInput: 4, inner: 5, firstOutput: 2, columns: 6 },
    { rows: 6, inputs: 16, outputs: 15, firstInput: 4, inner: 7, firstOutput: 3, columns: 8 },
  ])('multiplies with a block of a matrix into its columns, and adds to them: $inner × $columns', async (blockOf) => {
    const { rows, inputs, outputs, firstInput, inner, firstOutput, columns } = blockOf;
    const a = seeded(rows * inputs, 6);
    const b = seeded(inner * columns, 7);
    const bias = seeded(outputs, 8);
    const before = seeded(rows * outputs, 9);
    const ownInputs = a.filter((_, at) => at % inputs >= firstInput && at % inputs < firstInput + inner);
    const product = reference.linear(f64(ownInputs), f64(b), null, 'inOut', { rows, inputs: inner, outputs: columns });
    for (const accumulate of [0, 1]) {
      const block = { inputs, firstInput, outputs, firstOutput, hasBias: 1, accumulate };
      const params = { ...wholeOf({ rows, inner, columns }), ...block };
      const expected = before.map((value, at) => {
        const column = (at % outputs) - firstOutput;
        if (column < 0 || column >= columns) return value;
        const sum = product[Math.floor(at / outputs) * columns + column]! + bias[at % outputs]!;
        return accumulate ? value + sum : sum;
      });
      for (const kernel of everyLoad(matmul.f32.inOut, tile, params)) {
        const { c } = await runKernel(kernel, params, { ...noEpilogue, a, b, bias }, { c: before.slice() });
        expectClose(c, expected);
      }
    }
  });

  it.each([
    { tokens: 9, columns: 1, a: [0, 9], added: [0, 9] },
    { tokens: 12, columns: 3, a: [2, 12], added: [0, 7] },
    { tokens: 12, columns: 7, a: [0, 4], added: [5, 12] }, // a gap between the windows
  ])(
    'multiplies the product by frozen factors and adds a signal: $tokens tokens, $columns columns, a $a, added $added',
    async (shape) => {
      const { tokens, columns } = shape;
      const [inner, outputs, firstToken, factor] = [10, 13, 3, 0.5];
      const windowOf = ([from, to]: readonly number[]) => ({ first: from! * columns, rows: (to! - from!) * columns });
      const [ofA, ofAdded] = [windowOf(shape.a), windowOf(shape.added)];
      const a = seeded(ofA.rows * inner, 1);
      const b = seeded(inner * outputs, 2);
      const bias = seeded(outputs, 3);
      const coefficients = seeded((firstToken + tokens) * outputs, 4);
      const added = seeded(ofAdded.rows * outputs, 5);
      const params = {
        ...wholeOf({ rows: tokens * columns, inner, columns: outputs }),
        ...{ hasBias: 1, firstA: ofA.first, rowsA: ofA.rows, hasFactor: 1, factor, firstToken, rowsPerToken: columns },
        ...{ firstAdded: ofAdded.first, rowsAdded: ofAdded.rows },
      };
      const sizes = { rows: ofA.rows, inputs: inner, outputs };
      const product = reference.linear(f64(a), f64(b), f64(bias), 'inOut', sizes);
      const expected = Float64Array.from({ length: tokens * columns * outputs }, (_, at) => {
        const [row, channel] = [Math.floor(at / outputs), at % outputs];
        const token = firstToken + Math.floor(row / columns);
        const inA = product[(row - ofA.first) * outputs + channel];
        const scaled = inA === undefined ? 0 : factor * coefficients[token * outputs + channel]! * inA;
        return scaled + (added[(row - ofAdded.first) * outputs + channel] ?? 0);
      });
      const reads = { a, b, bias, coefficients, added };
      const { c } = await runKernel(matmul.f32.inOut[tile], params, reads, { c: expected.length });
      expectClose(c, expected);
    },
  );

  it('does not let the numbers after the end of a row into a sum', async () => {
    const size = { rows: 5, inner: 6, columns: 3 };
    const params = wholeOf(size);
    const a = seeded(30, 4).fill(1e30, 6, 12); // row 1 is huge: it follows row 0, whose last block reaches past its end
    const b = seeded(18, 5);
    const { c } = await runKernel(matmul.f32.inOut[tile], params, { ...noEpilogue, a, b }, { c: 15 });
    const expected = reference.linear(f64(a), f64(b), null, 'inOut', { rows: 5, inputs: 6, outputs: 3 });
    expectClose(c.subarray(0, 3), expected.subarray(0, 3));
    expectClose(c.subarray(6), expected.subarray(6));
  });
});

describe.each(allTiles)('linearPerToken with the %s tile', (tile) => {
  it.each([
    { tokens: 3, columns: 5, inputs: 7, outputs: 9 },
    { tokens: 2, columns: 3, inputs: 36, outputs: 68 },
    { tokens: 2, columns: 66, inputs: 12, outputs: 7 }, // in fours along the inputs alone
  ])('$tokens tokens, $columns columns, $inputs × $outputs, both layouts', async (size) => {
    const { tokens, columns, inputs, outputs } = size;
    const skippedOperators = 1;
    const a = seeded(tokens * columns * inputs, 1);
    const b = seeded((skippedOperators + tokens) * inputs * outputs, 2);
    const own = f64(b).subarray(skippedOperators * inputs * outputs);
    const params = { tokens, columns, staggered: 0, inputs, outputs, skippedOperators };
    for (const layout of ['inOut', 'outIn'] as const) {
      const expected = reference.linearPerToken(f64(a), own, layout, size);
      for (const kernel of everyLoad(linearPerToken[layout], tile, params)) {
        const { y } = await runKernel(kernel, params, { a, b }, { y: expected.length });
        expectClose(y, expected);
      }
    }
  });
});

const attention = [
  { tokens: 1, heads: 1, kvHeads: 1, dHead: 1 },
  { tokens: 7, heads: 4, kvHeads: 4, dHead: 5 },
  { tokens: 33, heads: 6, kvHeads: 2, dHead: 6 },
  { tokens: 67, heads: 3, kvHeads: 1, dHead: 17 },
];

describe.each(allTiles)('attention with the %s tile', (tile) => {
  it.each(attention)('scores: $tokens tokens, $heads/$kvHeads heads of $dHead', async (size) => {
    const { tokens, heads, kvHeads, dHead } = size;
    const q = seeded(tokens * heads * dHead, 1);
    const k = seeded(tokens * kvHeads * dHead, 2);
    const expected: number[] = [];
    const changed: number[] = []; // capped at 0.5, and with slopes
    const slopes = seeded(heads, 3);
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < tokens; i++) {
        for (let j = 0; j < tokens; j++) {
          let sum = 0;
          const kvHead = Math.floor(h / (heads / kvHeads));
          for (let c = 0; c < dHead; c++)
            sum += q[(i * heads + h) * dHead + c]! * k[(j * kvHeads + kvHead) * dHead + c]!;
          expected.push(0.3 * sum);
          changed.push(0.5 * Math.tanh((0.3 * sum) / 0.5) + slopes[h]! * (j - i));
        }
      }
    }
    const kernel = attentionScores[tile];
    const outputs = { scores: expected.length };
    const plain = { ...size, causal: 0, window: 0, scale: 0.3, softCap: 0, hasSlopes: 0 };
    const inputs = { a: q, b: k, slopes };
    const scoresWith = async (more: object) => (await runKernel(kernel, { ...plain, ...more }, inputs, outputs)).scores;
    expectClose(await scoresWith({}), expected);
    expectClose(await scoresWith({ softCap: 0.5, hasSlopes: 1 }), changed);
    for (const window of [0, 1, 5, 40]) {
      const causal = await scoresWith({ causal: 1, window });
      const seen = (at: number) => {
        const distance = (Math.floor(at / tokens) % tokens) - (at % tokens);
        return distance >= 0 && distance < (window || tokens);
      };
      expectClose(
        causal.filter((_, at) => seen(at)),
        expected.filter((_, at) => seen(at)),
      );
    }
  });

  const windows = attention.flatMap((size) => [
    { ...size, causal: false, firstToken: 0, window: size.tokens, columns: 3 },
    { ...size, causal: true, firstToken: 0, window: size.tokens, columns: 1 },
    { ...size, causal: true, firstToken: Math.floor(size.tokens / 3), window: Math.ceil(size.tokens / 2), columns: 2 },
  ]);

  it.each(windows)(
    'mixes and its adjoint: $tokens tokens from $firstToken, $heads/$kvHeads heads, causal $causal',
    async (size) => {
      const { tokens, heads, kvHeads, dHead, columns, firstToken, window } = size;
      const span = { firstToken, tokens: window };
      const mixSize = { heads, kvHeads, dHead, length: tokens, causal: size.causal };
      const params = { tokens, heads, kvHeads, dHead, columns, causal: Number(size.causal) };
      const pattern = seeded(heads * tokens * tokens, 1);

      const values = seeded(window * columns * kvHeads * dHead, 2);
      const out = reference.mixSpan(span, mixSize);
      const { mixed } = await runKernel(
        mixValues[tile],
        {
          ...{
            ...params,
            firstOut: out.firstToken,
            outTokens: out.tokens,
            firstValue: firstToken,
            valueTokens: window,
          },
          staggered: 0,
        },
        { a: pattern, b: values },
        { mixed: out.tokens * columns * heads * dHead },
      );
      expectClose(mixed, reference.mix(f64(pattern), f64(values), span, columns, mixSize));

      const cotangents = seeded(window * columns * heads * dHead, 3);
      const keys = reference.mixAdjointSpan(span, mixSize);
      const { pulled } = await runKernel(
        mixValuesAdjoint[tile],
        { ...params, outTokens: keys.tokens, firstQuery: firstToken, queryTokens: window },
        { a: pattern, b: cotangents },
        { pulled: keys.tokens * columns * kvHeads * dHead },
      );
      expectClose(pulled, reference.mixAdjoint(f64(pattern), f64(cotangents), span, columns, mixSize));
    },
  );
});

describe('loads of four numbers', () => {
  const ofMatmul = (layout: 'inOut' | 'outIn', size: Size, more = {}) =>
    matmul.f32[layout].quads!.fit({ ...wholeOf(size), ...more });

  it('are for products whose lines all are multiples of four, and start there', () => {
    expect(ofMatmul('inOut', { rows: 3, inner: 8, columns: 12 })).toBe(true);
    expect(ofMatmul('inOut', { rows: 3, inner: 9, columns: 12 })).toBe(false);
    expect(ofMatmul('inOut', { rows: 3, inner: 8, columns: 13 })).toBe(false);
    expect(ofMatmul('outIn', { rows: 3, inner: 8, columns: 13 })).toBe(true); // columns lie along the inputs
    expect(ofMatmul('inOut', { rows: 3, inner: 6, columns: 4 }, { inputs: 16, firstInput: 4 })).toBe(true);
    expect(ofMatmul('inOut', { rows: 3, inner: 4, columns: 4 }, { inputs: 16, firstInput: 6 })).toBe(false);
    expect(ofMatmul('outIn', { rows: 3, inner: 6, columns: 4 }, { inputs: 16, firstInput: 4 })).toBe(false);
  });

  it('leave the large tile to them on a software adapter, where compiling it takes long', () => {
    const usual = usualChoice(true);
    expect(tilesAtHand(true, usual, { rowsAreTokens: false }, true).names).toEqual(['square', 'flat']);
    expect(tilesAtHand(false, usual, { rowsAreTokens: false }, true).names).toContain('direct');
  });
});

describe('the choice of a tile', () => {
  const onGpu = tilesAtHand(false, usualChoice(false), { rowsAreTokens: false });
  const onSoftware = tilesAtHand(true, usualChoice(true), { rowsAreTokens: false });

  it('takes large tiles where there are many and little of them is padding, else the one that pads least', () => {
    expect(chooseTile({ batch: 1, rows: 512, columns: 512 }, onGpu)).toBe('shared');
    expect(chooseTile({ batch: 1, rows: 512, columns: 512 }, onSoftware)).toBe('direct');
    expect(chooseTile({ batch: 1, rows: 64, columns: 768 }, onGpu)).toBe('square'); // 12 large tiles leave a graphics card idle
    expect(chooseTile({ batch: 1, rows: 64, columns: 768 }, onSoftware)).toBe('direct');
    expect(chooseTile({ batch: 1, rows: 288, columns: 112 }, onSoftware)).toBe('direct'); // 72 x 56: nothing padded
    expect(chooseTile({ batch: 1, rows: 1, columns: 50257 }, onGpu)).toBe('flat');
    expect(chooseTile({ batch: 12, rows: 20, columns: 64 }, onGpu)).toBe('square');
    expect(tilesAtHand(true, usualChoice(true), { rowsAreTokens: true }).names).not.toContain('direct');
  });
});
