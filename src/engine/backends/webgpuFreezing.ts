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

type Freezing = Pick<Backend, 'gatherRows' | 'normalise' | 'headNorm' | 'pattern' | 'activate' | 'gate'>;

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

    normalise(x, { kind, eps, gain, bias }, added = null) {
      expectOneColumn(x, 'normalise');
      const { tokens, channels } = x;
      expectLength(gain, channels, 'normalise: gain');
      if (bias) expectLength(bias, channels, 'normalise: bias');
      if (added) {
        expectOneColumn(added, 'normalise: added');
        const agree = added.tokens === tokens && added.channels === channels;
        expect(agree, 'normalise: added', `${describeSignal(x)} and ${describeSignal(added)}`);
      }
      const inverseSigma = allocate([tokens], 'inverseSigma');
      const value = allocateSignal(x, 1, channels, 'normalise');
      const subtractMean = Number(kind === 'layer');
      dispatch(
        kernels.normaliseRows,
        { tokens, channels, subtractMean, eps, hasBias: Number(bias !== null), hasAdded: Number(added !== null) },
        { x: x.data, gain, bias: bias ?? gain, added: added?.data ?? x.data, sigma: inverseSigma, y: value.data },
      );
      return { inverseSigma, value };
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
        a: turned?.q ?? q.data,
        b: turned?.k ?? k.data,
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

    activate(z, activation) {
      expectOneColumn(z, 'activate');
      const multiplier = allocate([z.tokens, z.channels], 'activate: multiplier');
      const value = allocateSignal(z, 1, z.channels, 'activate');
      const params = { elements: z.tokens * z.channels, activation: activationCode[activation] };
      dispatch(kernels.activateEntries, params, { z: z.data, multiplier, y: value.data });
      return { multiplier, value };
    },

    gate(g, u, activation) {
      expectOneColumn(g, 'gate: g');
      expectOneColumn(u, 'gate: u');
      const { tokens, channels } = g;
      expect(tokens === u.tokens && channels === u.channels, 'gate', `${describeSignal(g)} and ${describeSignal(u)}`);
      const up = allocate([tokens, channels], 'gate: up');
      const gate = allocate([tokens, channels], 'gate: gate');
      const value = allocateSignal(u, 1, channels, 'gate');
      const params = { elements: tokens * channels, activation: activationCode[activation] };
      dispatch(kernels.gateEntries, params, { g: g.data, u: u.data, up, gate, h: value.data });
      return { up, gate, value };
    },
  };
}
