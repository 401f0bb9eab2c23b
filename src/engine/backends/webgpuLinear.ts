// The primitives that are linear once frozen, and their adjoints, on the GPU.

import type { Backend, DeviceArray, Epilogue, FrozenNorm, Layout, MixShape, Signal } from '../../program/backend';
import { rowsOf } from '../../program/staggered';
import { describeShape } from '../../tensor/shape';
import {
  describeSignal,
  expect,
  expectLength,
  expectSignal,
  expectTokenRows,
  expectWhole,
  partsOf,
  staggering,
  union,
  type Workbench,
} from './webgpuArrays';

type LinearOps = Pick<Backend, 'linear' | 'norm' | 'normAdjoint' | 'multiply' | 'add' | 'mix' | 'mixAdjoint'>;

/** For benchmarks: the same product `times` times, into one array. */
export type RepeatLinear = (x: Signal, weight: DeviceArray, layout: Layout, times: number) => Signal;

export function linearOps({
  kernels,
  storage,
  allocateSignal,
  dispatch,
}: Workbench): LinearOps & { readonly repeatLinear: RepeatLinear } {
  function encodeLinear(
    x: Signal,
    weight: DeviceArray,
    layout: Layout,
    bias: DeviceArray | null,
    { multiply, added }: Epilogue,
    times: number,
  ): Signal {
    const inputs = weight.shape[layout === 'inOut' ? 0 : 1]!;
    const outputs = weight.shape[layout === 'inOut' ? 1 : 0]!;
    expectSignal(x, 'linear');
    expect(
      inputs === x.channels,
      'linear',
      `weight ${describeShape(weight.shape)} (${layout}) on ${x.channels} channels`,
    );
    if (bias) expectLength(bias, outputs, 'linear: bias');
    if (multiply) expectTokenRows(multiply.coefficients, x, outputs, 'linear: coefficients');
    const { y, window, windowAdded } = allocateSum(x, added, outputs, 'linear');
    const whole = {
      rows: rowsOf(y),
      inner: inputs,
      columns: outputs,
      inputs,
      firstInput: 0,
      outputs,
      firstOutput: 0,
      accumulate: 0,
      hasBias: Number(bias !== null),
      firstA: window.first,
      rowsA: window.rows,
      hasFactor: Number(multiply !== null),
      factor: multiply?.factor ?? 1,
      firstToken: y.firstToken,
      rowsPerToken: y.columns,
      staggered: Number(y.staggered === true),
      ...windowAdded,
    };
    const kernel = layout === 'inOut' ? kernels.matmulInOut : kernels.matmulOutIn;
    const parts = partsOf(weight, storage, 'linear').map(({ firstRow, rows: count, array }) => {
      // Rows are outputs, which each part has to itself, or inputs, over which the parts add up: the bias with the first, the rest with the last.
      if (layout === 'outIn') return { array, block: { ...whole, columns: count, firstOutput: firstRow } };
      const first = firstRow === 0 ? {} : { hasBias: 0, accumulate: 1 };
      const last = firstRow + count === inputs ? {} : { hasFactor: 0, rowsAdded: 0 };
      return { array, block: { ...whole, ...first, ...last, inner: count, firstInput: firstRow } };
    });
    const arrays = {
      a: x.data,
      bias: bias ?? x.data,
      coefficients: multiply?.coefficients ?? x.data,
      added: added?.data ?? x.data,
      c: y.data,
    };
    for (let i = 0; i < times; i++)
      // With the tile that suits the whole product, so that a matrix in parts gives the same sums.
      for (const { block, array } of parts) dispatch(kernel(block, whole), block, { ...arrays, b: array });
    return y;
  }

  /** Room for x + added, with `channels` channels, and which rows (token, column) of it the two cover. */
  function allocateSum(x: Signal, added: Signal | null | undefined, channels: number, name: string) {
    if (added) {
      expectSignal(added, `${name}: added`);
      const found = `${describeSignal({ ...x, channels })} and ${describeSignal(added)}`;
      expect(x.columns === added.columns && channels === added.channels, `${name}: added`, found);
      expectAlike(x, added, `${name}: added`);
    }
    const y = allocateSignal(added ? union(x, added) : x, x.columns, channels, name);
    const rowsIn = (part: Signal) => ({ first: (part.firstToken - y.firstToken) * x.columns, rows: rowsOf(part) });
    const { first, rows } = added ? rowsIn(added) : { first: 0, rows: 0 };
    return { y, window: rowsIn(x), windowAdded: { firstAdded: first, rowsAdded: rows } };
  }

  return {
    linear: (x, weight, layout, bias, epilogue = plain) => encodeLinear(x, weight, layout, bias, epilogue, 1),
    repeatLinear: (x, weight, layout, times) => encodeLinear(x, weight, layout, null, plain, times),

    norm(x, frozen, bias, added) {
      expectNorm(x, frozen, 'norm');
      if (bias) expectLength(bias, x.channels, 'norm: bias');
      const { y, window, windowAdded } = allocateSum(x, added, x.channels, 'norm');
      const ofX = { firstX: window.first, rowsX: window.rows, hasBias: Number(bias !== null) };
      dispatch(
        kernels.applyNorm,
        { ...normParams(y, frozen), staggered: staggering(y), ...ofX, ...windowAdded },
        {
          x: x.data,
          gain: frozen.gain,
          sigma: frozen.inverseSigma,
          bias: bias ?? frozen.gain,
          added: added?.data ?? x.data,
          y: y.data,
        },
      );
      return y;
    },

    normAdjoint(g, frozen, added) {
      expectWhole(g, 'normAdjoint');
      expectNorm(g, frozen, 'normAdjoint');
      const { y, window, windowAdded } = allocateSum(g, added, g.channels, 'normAdjoint');
      dispatch(
        kernels.applyNormAdjoint,
        { ...normParams(y, frozen), firstG: window.first, rowsG: window.rows, ...windowAdded },
        {
          g: g.data,
          gain: frozen.gain,
          sigma: frozen.inverseSigma,
          added: added?.data ?? g.data,
          pulled: y.data,
        },
      );
      return y;
    },

    multiply(x, coefficients, factor) {
      expectSignal(x, 'multiply');
      expectTokenRows(coefficients, x, x.channels, 'multiply: coefficients');
      const { columns, channels, firstToken } = x;
      const y = allocateSignal(x, columns, channels, 'multiply');
      const params = { rows: rowsOf(x), columns, staggered: staggering(x), channels, firstToken, factor };
      dispatch(kernels.multiplyFrozen, params, { x: x.data, coefficients, y: y.data });
      return y;
    },

    add(x, y) {
      expectSignal(x, 'add');
      expectSignal(y, 'add');
      const { columns, channels } = x;
      expect(columns === y.columns && channels === y.channels, 'add', `${describeSignal(x)} and ${describeSignal(y)}`);
      expectAlike(x, y, 'add');
      const sum = allocateSignal(union(x, y), columns, channels, 'add');
      // Staggered ones have the same window: as good as one token.
      const windows = sum.staggered
        ? { tokenSize: rowsOf(sum) * channels, firstToken: 0, firstX: 0, tokensX: 1, firstY: 0, tokensY: 1 }
        : {
            tokenSize: columns * channels,
            firstToken: sum.firstToken,
            firstX: x.firstToken,
            tokensX: x.tokens,
            firstY: y.firstToken,
            tokensY: y.tokens,
          };
      const params = { elements: rowsOf(sum) * channels, ...windows };
      dispatch(kernels.addSignals, params, { x: x.data, y: y.data, sum: sum.data });
      return sum;
    },

    mix(pattern, values, shape) {
      const { queries, keys } = expectMix(pattern, values, shape, shape.kvHeads, 2, 'mix');
      const firstToken = shape.causal ? values.firstToken : 0;
      const window = { firstToken, tokens: queries - firstToken, staggered: values.staggered };
      expect(!values.staggered || shape.causal, 'mix', `${describeSignal(values)}, not causal`);
      const mixed = allocateSignal(window, values.columns, shape.heads * shape.dHead, 'mix');
      const params = {
        ...mixParams(keys, values, shape),
        firstOut: window.firstToken,
        outTokens: window.tokens,
        firstValue: values.firstToken,
        valueTokens: values.tokens,
        staggered: staggering(values),
      };
      dispatch(kernels.mixValues(params), params, { a: pattern, b: values.data, mixed: mixed.data });
      return mixed;
    },

    mixAdjoint(pattern, g, shape) {
      expectWhole(g, 'mixAdjoint');
      const { keys } = expectMix(pattern, g, shape, shape.heads, 1, 'mixAdjoint');
      const window = { firstToken: 0, tokens: shape.causal ? g.firstToken + g.tokens : keys };
      const pulled = allocateSignal(window, g.columns, shape.kvHeads * shape.dHead, 'mixAdjoint');
      const params = {
        ...mixParams(keys, g, shape),
        outTokens: window.tokens,
        firstQuery: g.firstToken,
        queryTokens: g.tokens,
      };
      dispatch(kernels.mixValuesAdjoint(params), params, { a: pattern, b: g.data, pulled: pulled.data });
      return pulled;
    },
  };
}

const plain: Epilogue = { multiply: null, added: null };

function normParams(y: Signal, { kind }: FrozenNorm) {
  const { columns, channels, firstToken } = y;
  return { rows: rowsOf(y), columns, channels, firstToken, subtractMean: Number(kind === 'layer') };
}

/** Staggered signals are added to such ones, of the same window. */
function expectAlike(x: Signal, y: Signal, name: string): void {
  if (!x.staggered && !y.staggered) return;
  const alike = x.staggered && y.staggered && x.firstToken === y.firstToken && x.tokens === y.tokens;
  expect(alike === true, name, `${describeSignal(x)} and ${describeSignal(y)}`);
}

function expectNorm(x: Signal, { gain, inverseSigma }: FrozenNorm, name: string): void {
  expectSignal(x, name);
  expectLength(gain, x.channels, `${name}: gain`);
  expectTokenRows(inverseSigma, x, 1, `${name}: inverseSigma`);
}

function mixParams(tokens: number, { columns }: Signal, { heads, kvHeads, dHead, causal }: MixShape) {
  return { tokens, heads, kvHeads, dHead, columns, causal: Number(causal) };
}

/** Sizes of the pattern; `axis` is the one along which the tokens of x lie: 1 queries, 2 keys. */
function expectMix(pattern: DeviceArray, x: Signal, shape: MixShape, xHeads: number, axis: 1 | 2, name: string) {
  const { heads, kvHeads, dHead, causal } = shape;
  const [patternHeads, queries, keys] = pattern.shape as [number, number, number];
  expectSignal(x, name);
  const window = x.firstToken + x.tokens <= pattern.shape[axis]!;
  // The kernels step from head to head by keys², so only the first head may have another number of queries.
  const square = queries === keys || (heads === 1 && !causal);
  const fits = window && square && x.channels === xHeads * dHead && heads % kvHeads === 0 && patternHeads === heads;
  expect(
    fits,
    name,
    `pattern ${describeShape(pattern.shape)}, signal ${describeSignal(x)}, ${heads} heads, ${kvHeads} key/value heads of ${dHead}`,
  );
  return { queries, keys };
}
