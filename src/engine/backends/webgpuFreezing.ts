// What freezing needs, on the GPU: embeddings, 1/σ, attention patterns, activation multipliers, gates.

import { activationCode } from '../../kernels/activationCodes';
import type { Backend, DeviceArray, RotaryTable, Signal } from '../../program/backend';
import { describeShape } from '../../tensor/shape';
import {
  bufferOf,
  describeSignal,
  expect,
  expectLength,
  expectOneColumn,
  expectTokenRows,
  GpuArray,
  partsOf,
  type Workbench,
} from './webgpuArrays';

type Freezing = Pick<
  Backend,
  'gatherRows' | 'inverseSigma' | 'headNorm' | 'pattern' | 'activationMultiplier' | 'gateCoefficients'
>;

export function freezing({ kernels, storage, pool, allocate, allocateSignal, dispatch }: Workbench): Freezing {
  function rotate(x: Signal, heads: number, dHead: number, { rotaryDim, pairs, cos, sin }: RotaryTable): GpuArray {
    const half = rotaryDim / 2;
    expect(
      Number.isInteger(half) && half > 0 && rotaryDim <= dHead,
      'pattern',
      `rotaryDim ${rotaryDim} in heads of ${dHead}`,
    );
    expectTokenRows(cos, x, half, 'pattern: cos');
    expectTokenRows(sin, x, half, 'pattern: sin');
    const rotated = allocate(x.data.shape, 'rotated');
    const params = {
      elements: x.tokens * x.channels,
      heads,
      dHead,
      half,
      neighbours: Number(pairs === 'neighbours'),
      firstToken: 0,
      back: 0,
    };
    dispatch(kernels.rotatePairs, params, { x: x.data, cosines: cos, sines: sin, rotated });
    return rotated;
  }
  const release = (array: DeviceArray) => pool.release(bufferOf(array));

  return {
    gatherRows(table, indices) {
      const [rows = 0, channels = 0] = table.shape;
      const largest = indices instanceof GpuArray ? indices.largestIndex : undefined;
      expect(
        largest !== undefined && largest < rows,
        'gatherRows',
        `index ${largest} of a table ${describeShape(table.shape)}`,
      );
      const tokens = indices.shape[0]!;
      const gathered = allocateSignal({ firstToken: 0, tokens }, 1, channels, 'gatherRows');
      for (const { firstRow, rows: count, array } of partsOf(table, storage, 'gatherRows')) {
        const params = { elements: tokens * channels, channels, firstRow, rows: count };
        dispatch(kernels.gatherRows, params, { weights: array, indices, gathered: gathered.data });
      }
      return gathered;
    },

    inverseSigma(x, kind, eps) {
      expectOneColumn(x, 'inverseSigma');
      const { tokens, channels } = x;
      const sigma = allocate([tokens], 'inverseSigma');
      dispatch(
        kernels.inverseSigma,
        { tokens, channels, subtractMean: Number(kind === 'layer'), eps },
        { x: x.data, sigma },
      );
      return sigma;
    },

    headNorm(x, gain, eps) {
      expectOneColumn(x, 'headNorm');
      const dHead = gain.shape[0]!;
      expectLength(gain, dHead, 'headNorm: gain');
      expect(x.channels % dHead === 0, 'headNorm', `${describeSignal(x)} with heads of ${dHead}`);
      const y = allocateSignal(x, 1, x.channels, 'headNorm');
      const params = { rows: (x.tokens * x.channels) / dHead, dHead, eps };
      dispatch(kernels.headNorm, params, { x: x.data, gain, y: y.data });
      return y;
    },

    pattern(q, k, { heads, kvHeads, dHead, scale, causal, window, softCap }, rotary, slopes = null) {
      expectOneColumn(q, 'pattern: q');
      expectOneColumn(k, 'pattern: k');
      const { tokens } = q;
      const fits =
        q.channels === heads * dHead && k.channels === kvHeads * dHead && k.tokens === tokens && heads % kvHeads === 0;
      expect(
        fits,
        'pattern',
        `q ${describeSignal(q)}, k ${describeSignal(k)}, ${heads} heads, ${kvHeads} key/value heads of ${dHead}`,
      );
      if (slopes) expectLength(slopes, heads, 'pattern: slopes');
      const turned = rotary ? { q: rotate(q, heads, dHead, rotary), k: rotate(k, kvHeads, dHead, rotary) } : null;
      const pattern = allocate([heads, tokens, tokens], 'pattern');
      const mask = { causal: Number(causal), window: causal ? (window ?? 0) : 0 };
      const scores = { scale, softCap: softCap ?? 0, hasSlopes: Number(slopes !== null) };
      const params = { tokens, heads, kvHeads, dHead, ...mask, ...scores };
      dispatch(kernels.attentionScores(params), params, {
        q: turned?.q ?? q.data,
        k: turned?.k ?? k.data,
        slopes: slopes ?? q.data,
        scores: pattern,
      });
      dispatch(kernels.softmaxRows, { rows: heads * tokens, tokens, ...mask }, { pattern });
      if (turned) {
        release(turned.q);
        release(turned.k);
      }
      return pattern;
    },

    activationMultiplier(z, activation) {
      expectOneColumn(z, 'activationMultiplier');
      const multiplier = allocate([z.tokens, z.channels], 'activationMultiplier');
      const params = { elements: z.tokens * z.channels, activation: activationCode[activation] };
      dispatch(kernels.activationMultiplier, params, { z: z.data, multiplier });
      return multiplier;
    },

    gateCoefficients(g, u, activation) {
      expectOneColumn(g, 'gateCoefficients: g');
      expectOneColumn(u, 'gateCoefficients: u');
      const { tokens, channels } = g;
      expect(
        tokens === u.tokens && channels === u.channels,
        'gateCoefficients',
        `${describeSignal(g)} and ${describeSignal(u)}`,
      );
      const up = allocate([tokens, channels], 'gateCoefficients: up');
      const gate = allocate([tokens, channels], 'gateCoefficients: gate');
      const params = { elements: tokens * channels, activation: activationCode[activation] };
      dispatch(kernels.gateCoefficients, params, { g: g.data, u: u.data, up, gate });
      return { up, gate };
    },
  };
}
