// The gradient primitives on the GPU.

import { activationCode } from '../../kernels/activationCodes';
import type { GradientPrimitives, HeadShape, MixShape, Signal } from '../../program/backend';
import { describeShape } from '../../tensor/shape';
import {
  bufferOf,
  describeSignal,
  expect,
  expectLength,
  expectOneColumn,
  expectSignal,
  expectTokenRows,
  type Workbench,
} from './webgpuArrays';
import type { CompiledGradientKernels } from './webgpuKernels';

export function gradientPrimitives(bench: Workbench, kernels: CompiledGradientKernels): GradientPrimitives {
  const { allocate, allocateSignal, dispatch, pool } = bench;
  return {
    normGradient(g, x, { kind, gain, eps }, share) {
      expectSignal(g, 'normGradient: g');
      expectOneColumn(x, 'normGradient: x');
      const width = gain.shape[0]!;
      const fits = x.channels === g.channels && g.channels % width === 0;
      expect(fits, 'normGradient', `g ${describeSignal(g)}, x ${describeSignal(x)}, gain of ${width}`);
      expectTokenRows(x.data, g, x.channels, 'normGradient: x');
      const stretches = g.channels / width;
      const { tokens, columns, channels, firstToken } = g;
      const pulled = allocateSignal(g, columns, channels, 'normGradient');
      const over = { rows: tokens * columns * stretches, columns, stretches, width, firstToken };
      const params = { ...over, subtractMean: Number(kind === 'layer'), eps, share };
      dispatch(kernels.normGradient, params, { g: g.data, x: x.data, gain, pulled: pulled.data });
      return pulled;
    },

    activationSlope(z, activation) {
      expectOneColumn(z, 'activationSlope');
      const slopes = allocate([z.tokens, z.channels], 'activationSlope');
      const params = { elements: z.tokens * z.channels, activation: activationCode[activation] };
      dispatch(kernels.activationSlope, params, { z: z.data, slopes });
      return slopes;
    },

    headProducts(x, y, shape) {
      expectSignal(x, 'headProducts: x');
      expectOneColumn(y, 'headProducts: y');
      const fits =
        x.channels === shape.heads * shape.dHead &&
        y.channels === shape.kvHeads * shape.dHead &&
        x.firstToken + x.tokens <= y.tokens;
      expect(fits, 'headProducts', described(x, y, shape));
      const products = allocateSignal(x, x.columns, shape.heads * y.tokens, 'headProducts');
      const params = headParams(x, y.tokens, shape);
      dispatch(kernels.headProducts(params), params, { a: x.data, b: y.data, products: products.data });
      return products;
    },

    contractKeys(p, y, shape, factor) {
      expectRows(p, y, shape, shape.kvHeads, 'contractKeys');
      const contracted = allocateSignal(p, p.columns, shape.heads * shape.dHead, 'contractKeys');
      const params = { ...headParams(p, y.tokens, shape), factor };
      dispatch(kernels.contractKeys(params), params, { a: p.data, b: y.data, contracted: contracted.data });
      return contracted;
    },

    contractQueries(p, x, shape, factor) {
      expectRows(p, x, shape, shape.heads, 'contractQueries');
      const outTokens = shape.causal ? p.firstToken + p.tokens : x.tokens;
      const window = { firstToken: 0, tokens: outTokens };
      const contracted = allocateSignal(window, p.columns, shape.kvHeads * shape.dHead, 'contractQueries');
      const params = { ...headParams(p, x.tokens, shape), outTokens, factor };
      dispatch(kernels.contractQueries(params), params, { a: p.data, b: x.data, contracted: contracted.data });
      return contracted;
    },

    softmaxAdjoint(pattern, g, slopes) {
      expectSignal(g, 'softmaxAdjoint');
      const [heads, queries, tokens] = pattern.shape as [number, number, number];
      const fits = queries === tokens && g.channels === heads * tokens && g.firstToken + g.tokens <= queries;
      expect(fits, 'softmaxAdjoint', `pattern ${describeShape(pattern.shape)}, g ${describeSignal(g)}`);
      const { columns, firstToken } = g;
      const pulled = allocateSignal(g, columns, g.channels, 'softmaxAdjoint');
      const rows = g.tokens * columns * heads;
      const params = { rows, columns, heads, tokens, firstToken, hasSlopes: Number(slopes !== null) };
      dispatch(kernels.softmaxAdjoint, params, {
        pattern,
        g: g.data,
        slopes: slopes ?? pattern,
        pulled: pulled.data,
      });
      return pulled;
    },

    weighKeys(products, shape, slopes) {
      expectSignal(products, 'weighKeys');
      const { heads, causal, scale, window = 0, softCap = 0 } = shape;
      const { firstToken, tokens } = products;
      const keys = products.channels / heads;
      const fits = causal && products.columns === 1 && Number.isInteger(keys) && firstToken + tokens <= keys;
      expect(fits, 'weighKeys', `${describeSignal(products)} of ${heads} heads`);
      if (slopes) expectLength(slopes, heads, 'weighKeys: slopes');
      const weights = allocateSignal(products, 1, products.channels, 'weighKeys');
      const params = { rows: tokens * heads, heads, keys, firstToken, window, scale, softCap };
      dispatch(
        kernels.weighKeys,
        { ...params, hasSlopes: Number(slopes !== null) },
        { products: products.data, slopes: slopes ?? products.data, weights: weights.data },
      );
      return weights;
    },

    capSlopes(q, k, { heads, kvHeads, dHead }, scale, cap) {
      expectOneColumn(q, 'capSlopes: q');
      expectOneColumn(k, 'capSlopes: k');
      const { tokens } = q;
      const fits = q.channels === heads * dHead && k.channels === kvHeads * dHead && k.tokens === tokens;
      expect(fits, 'capSlopes', described(q, k, { heads, kvHeads, dHead }));
      const scores = allocate([heads, tokens, tokens], 'scores before the cap');
      const slopes = allocate([heads, tokens, tokens], 'capSlopes');
      const all = { causal: 0, window: 0, softCap: 0, hasSlopes: 0 };
      const params = { tokens, heads, kvHeads, dHead, scale, ...all };
      const { attentionScores } = bench.kernels;
      dispatch(attentionScores(params), params, { a: q.data, b: k.data, slopes: q.data, scores });
      dispatch(kernels.capSlopes, { elements: heads * tokens * tokens, cap }, { scores, slopes });
      pool.release(bufferOf(scores));
      return slopes;
    },

    turn(x, dHead, { rotaryDim, pairs, cos, sin }, back) {
      expectSignal(x, 'turn');
      const half = rotaryDim / 2;
      expect(rotaryDim <= dHead && x.channels % dHead === 0, 'turn', `${rotaryDim} of ${dHead} channels a head`);
      expectTokenRows(cos, x, half, 'turn: cos');
      expectTokenRows(sin, x, half, 'turn: sin');
      const turned = allocateSignal(x, x.columns, x.channels, back ? 'turned back' : 'turned');
      const elements = x.tokens * x.columns * x.channels;
      const heads = (x.columns * x.channels) / dHead;
      const turning = { half, neighbours: Number(pairs === 'neighbours'), back: Number(back) };
      const params = { elements, heads, dHead, firstToken: x.firstToken, ...turning };
      dispatch(bench.kernels.rotatePairs, params, { x: x.data, cosines: cos, sines: sin, rotated: turned.data });
      return turned;
    },
  };
}

function headParams({ columns, firstToken, tokens: queryTokens }: Signal, tokens: number, shape: MixShape) {
  const { heads, kvHeads, dHead, causal } = shape;
  return { tokens, heads, kvHeads, dHead, columns, causal: Number(causal), firstToken, queryTokens };
}

/** p: [query, column, (head, key)]; one: what stands at the tokens, [token, (head, dHead)]. */
function expectRows(p: Signal, one: Signal, shape: MixShape, oneHeads: number, name: string): void {
  expectSignal(p, name);
  expectOneColumn(one, name);
  const fits =
    p.channels === shape.heads * one.tokens &&
    one.channels === oneHeads * shape.dHead &&
    p.firstToken + p.tokens <= one.tokens;
  expect(fits, name, described(p, one, shape));
}

function described(x: Signal, y: Signal, { heads, kvHeads, dHead }: HeadShape): string {
  return `${describeSignal(x)} and ${describeSignal(y)}, ${heads} heads, ${kvHeads} key/value heads of ${dHead}`;
}
