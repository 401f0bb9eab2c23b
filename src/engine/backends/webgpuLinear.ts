// The primitives that are linear once frozen, and their adjoints, on the GPU.

import type { Backend, DeviceArray, FrozenNorm, Layout, MixShape, Signal } from '../../program/backend';
import { describeShape } from '../../tensor/shape';
import {
  describeSignal,
  expect,
  expectLength,
  expectSignal,
  expectTokenRows,
  partsOf,
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
    const y = allocateSignal(x, x.columns, outputs, 'linear');
    const rows = x.tokens * x.columns;
    const whole = { rows, inner: inputs, columns: outputs, inputs, firstInput: 0, outputs, firstOutput: 0 };
    const added = { hasBias: Number(bias !== null), accumulate: 0 };
    // The tile that suits the whole product, so that a matrix in parts gives the same sums.
    const kernel = (layout === 'inOut' ? kernels.matmulInOut : kernels.matmulOutIn)({ ...whole, ...added });
    const parts = partsOf(weight, storage, 'linear').map(({ firstRow, rows: count, array }) => {
      // Rows are outputs, which each part has to itself, or inputs, over which the parts add up.
      const block =
        layout === 'outIn'
          ? { ...whole, ...added, columns: count, firstOutput: firstRow }
          : { ...whole, ...(firstRow === 0 ? added : addedToFirst), inner: count, firstInput: firstRow };
      return { block, array };
    });
    for (let i = 0; i < times; i++)
      for (const { block, array } of parts)
        dispatch(kernel, block, { a: x.data, weights: array, bias: bias ?? x.data, c: y.data });
    return y;
  }

  return {
    linear: (x, weight, layout, bias) => encodeLinear(x, weight, layout, bias, 1),
    repeatLinear: (x, weight, layout, times) => encodeLinear(x, weight, layout, null, times),

    norm(x, frozen, bias) {
      expectNorm(x, frozen, 'norm');
      if (bias) expectLength(bias, x.channels, 'norm: bias');
      const y = allocateSignal(x, x.columns, x.channels, 'norm');
      dispatch(
        kernels.applyNorm,
        { ...normParams(x, frozen), hasBias: Number(bias !== null) },
        { x: x.data, gain: frozen.gain, sigma: frozen.inverseSigma, bias: bias ?? frozen.gain, y: y.data },
      );
      return y;
    },

    normAdjoint(g, frozen) {
      expectNorm(g, frozen, 'normAdjoint');
      const pulled = allocateSignal(g, g.columns, g.channels, 'normAdjoint');
      dispatch(kernels.applyNormAdjoint, normParams(g, frozen), {
        g: g.data,
        gain: frozen.gain,
        sigma: frozen.inverseSigma,
        pulled: pulled.data,
      });
      return pulled;
    },

    multiply(x, coefficients, factor) {
      expectSignal(x, 'multiply');
      expectTokenRows(coefficients, x, x.channels, 'multiply: coefficients');
      const { tokens, columns, channels, firstToken } = x;
      const y = allocateSignal(x, columns, channels, 'multiply');
      const params = { rows: tokens * columns, columns, channels, firstToken, factor };
      dispatch(kernels.multiplyFrozen, params, { x: x.data, coefficients, y: y.data });
      return y;
    },

    add(x, y) {
      expectSignal(x, 'add');
      expectSignal(y, 'add');
      const { columns, channels } = x;
      expect(columns === y.columns && channels === y.channels, 'add', `${describeSignal(x)} and ${describeSignal(y)}`);
      const sum = allocateSignal(union(x, y), columns, channels, 'add');
      const params = {
        elements: sum.tokens * columns * channels,
        tokenSize: columns * channels,
        firstToken: sum.firstToken,
        firstX: x.firstToken,
        tokensX: x.tokens,
        firstY: y.firstToken,
        tokensY: y.tokens,
      };
      dispatch(kernels.addSignals, params, { x: x.data, y: y.data, sum: sum.data });
      return sum;
    },

    mix(pattern, values, shape) {
      const { queries, keys } = expectMix(pattern, values, shape, shape.kvHeads, 2, 'mix');
      const firstToken = shape.causal ? values.firstToken : 0;
      const window = { firstToken, tokens: queries - firstToken };
      const mixed = allocateSignal(window, values.columns, shape.heads * shape.dHead, 'mix');
      const params = {
        ...mixParams(keys, values, shape),
        firstOut: window.firstToken,
        outTokens: window.tokens,
        firstValue: values.firstToken,
        valueTokens: values.tokens,
      };
      dispatch(kernels.mixValues(params), params, { pattern, values: values.data, mixed: mixed.data });
      return mixed;
    },

    mixAdjoint(pattern, g, shape) {
      const { keys } = expectMix(pattern, g, shape, shape.heads, 1, 'mixAdjoint');
      const window = { firstToken: 0, tokens: shape.causal ? g.firstToken + g.tokens : keys };
      const pulled = allocateSignal(window, g.columns, shape.kvHeads * shape.dHead, 'mixAdjoint');
      const params = {
        ...mixParams(keys, g, shape),
        outTokens: window.tokens,
        firstQuery: g.firstToken,
        queryTokens: g.tokens,
      };
      dispatch(kernels.mixValuesAdjoint(params), params, { pattern, cotangents: g.data, pulled: pulled.data });
      return pulled;
    },
  };
}

/** Of the parts after the first: the bias is there already. */
const addedToFirst = { hasBias: 0, accumulate: 1 };

function normParams({ tokens, columns, channels, firstToken }: Signal, { kind }: FrozenNorm) {
  return { rows: tokens * columns, columns, channels, firstToken, subtractMean: Number(kind === 'layer') };
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
