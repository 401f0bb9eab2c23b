// The gradient primitives in float64 on the CPU.

import type { DeviceArray, GradientPrimitives, MixShape, Signal } from '../../program/backend';
import * as reference from '../../reference';
import {
  describeHeads,
  describeSignal,
  expect,
  oneColumn,
  rotaryValues,
  signalValues,
  tokenRows,
  valuesOf,
  vectorOf,
} from './referenceArrays';

type Keep = (values: Float64Array, shape: readonly number[], label: string) => DeviceArray;
type KeepSignal = (
  values: Float64Array,
  span: reference.Span,
  columns: number,
  channels: number,
  label: string,
) => Signal;

export function referenceGradients(keep: Keep, keepSignal: KeepSignal): GradientPrimitives {
  /** p: [query, column, (head, key)]; one: [token, (head, c)] of all tokens. */
  function sizeOf(p: Signal, one: Signal, shape: MixShape, oneHeads: number, name: string): reference.MixSize {
    const { heads, kvHeads, dHead, causal } = shape;
    const fits = p.channels === heads * one.tokens && one.channels === oneHeads * dHead;
    expect(fits, name, `${describeSignal(p)}, ${describeSignal(one)}, ${describeHeads(shape)}`);
    return { heads, kvHeads, dHead, causal, length: one.tokens };
  }

  return {
    normGradient(g, x, { kind, gain, eps }, share) {
      const width = gain.shape[0]!;
      const fits = x.channels === g.channels && g.channels % width === 0;
      expect(fits, 'normGradient', `g ${describeSignal(g)}, x ${describeSignal(x)}, gain of ${width}`);
      oneColumn(x, 'normGradient: x');
      const rows = tokenRows(x.data, g, x.channels, 'normGradient: x');
      const out = reference.normGradient(signalValues(g), rows, kind, valuesOf(gain), eps, share, g);
      return keepSignal(out, g, g.columns, g.channels, 'normGradient');
    },
    activationSlope: (z, activation) =>
      keep(
        reference.activationSlope(oneColumn(z, 'activationSlope'), activation),
        [z.tokens, z.channels],
        'activationSlope',
      ),
    headProducts(x, y, shape) {
      const { heads, kvHeads, dHead, causal } = shape;
      const fits = x.channels === heads * dHead && y.channels === kvHeads * dHead;
      expect(fits, 'headProducts', `${describeSignal(x)}, ${describeSignal(y)}, ${describeHeads(shape)}`);
      const size = { heads, kvHeads, dHead, causal, length: y.tokens };
      const out = reference.headProducts(signalValues(x), oneColumn(y, 'headProducts: y'), x, x.columns, size);
      return keepSignal(out, x, x.columns, heads * y.tokens, 'headProducts');
    },
    contractKeys(p, y, shape, factor) {
      const size = sizeOf(p, y, shape, shape.kvHeads, 'contractKeys');
      const out = reference.contractKeys(signalValues(p), oneColumn(y, 'contractKeys'), p, p.columns, size, factor);
      return keepSignal(out, p, p.columns, shape.heads * shape.dHead, 'contractKeys');
    },
    contractQueries(p, x, shape, factor) {
      const size = sizeOf(p, x, shape, shape.heads, 'contractQueries');
      const values = oneColumn(x, 'contractQueries');
      const out = reference.contractQueries(signalValues(p), values, p, p.columns, size, factor);
      const keys = reference.mixAdjointSpan(p, size);
      return keepSignal(out, keys, p.columns, shape.kvHeads * shape.dHead, 'contractQueries');
    },
    softmaxAdjoint(pattern, g, slopes) {
      const [heads, , length] = pattern.shape as [number, number, number];
      expect(
        g.channels === heads * length,
        'softmaxAdjoint',
        `${describeSignal(g)} of ${heads} heads, ${length} tokens`,
      );
      const size = { heads, length };
      const scales = slopes && valuesOf(slopes);
      const out = reference.softmaxAdjoint(valuesOf(pattern), signalValues(g), scales, g, g.columns, size);
      return keepSignal(out, g, g.columns, g.channels, 'softmaxAdjoint');
    },
    weighKeys(products, shape, slopes) {
      const { heads, causal } = shape;
      const length = products.channels / heads;
      const end = products.firstToken + products.tokens;
      const fits = causal && products.columns === 1 && Number.isInteger(length) && end <= length;
      expect(fits, 'weighKeys', `${describeSignal(products)} of ${describeHeads(shape)}`);
      const scales = slopes && vectorOf(slopes, heads, 'weighKeys: slopes');
      const out = reference.weighKeys(signalValues(products), products, { ...shape, length }, scales);
      return keepSignal(out, products, 1, products.channels, 'weighKeys');
    },
    capSlopes: (q, k, shape, scale, cap) =>
      keep(
        reference.capSlopes(oneColumn(q, 'capSlopes: q'), oneColumn(k, 'capSlopes: k'), shape, scale, cap),
        [shape.heads, q.tokens, k.tokens],
        'capSlopes',
      ),
    turn(x, dHead, rotary, back) {
      const end = x.firstToken + x.tokens;
      const all = rotaryValues(rotary, end);
      const half = rotary.rotaryDim / 2;
      const own = (values: Float64Array) => values.subarray(x.firstToken * half);
      const table = { ...all, cos: own(all.cos), sin: own(all.sin) };
      return keepSignal(
        reference.turn(signalValues(x), table, dHead, back, x),
        x,
        x.columns,
        x.channels,
        back ? 'turned back' : 'turned',
      );
    },
  };
}
