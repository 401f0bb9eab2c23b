// The Backend contract in float64 on the CPU: the definitions of `reference/`, with shapes, windows and memory accounted for. It runs the
// embedded model where there is no GPU, and it is what the GPU backend is tested against. Calls execute at once; `read` copies.

import type { Backend, Signal } from '../../program/backend';
import { rowsOf, shapeOf } from '../../program/staggered';
import * as reference from '../../reference';
import { nextTask } from '../../tensor/nextTask';
import { describeShape, sizeOf } from '../../tensor/shape';
import {
  describeHeads,
  describeSignal,
  expect,
  HostArray,
  mixSize,
  oneColumn,
  rotaryValues,
  signalValues,
  storedRows,
  tokenRows,
  valuesOf,
  vectorOf,
  windowOf,
} from './referenceArrays';
import { referenceGradients } from './referenceGradient';

const BYTES_PER_NUMBER = Float64Array.BYTES_PER_ELEMENT;

export function createReferenceBackend(): Backend {
  const memory = { live: 0, peak: 0 };

  function keep(values: Float64Array, shape: readonly number[], label: string): HostArray {
    if (values.length !== sizeOf(shape)) {
      throw new Error(`${label}: ${values.length} numbers do not fill the shape ${describeShape(shape)}.`);
    }
    memory.live += values.byteLength;
    memory.peak = Math.max(memory.peak, memory.live);
    return new HostArray(shape, label, values);
  }

  function keepSignal(
    values: Float64Array,
    span: reference.Span & { readonly staggered?: boolean | undefined },
    columns: number,
    channels: number,
    label: string,
  ): Signal {
    const { firstToken, tokens, staggered } = span;
    const signal = { firstToken, tokens, columns, channels, ...(staggered && { staggered }) };
    return { ...signal, data: keep(storedRows(values, signal, channels), shapeOf(signal), label) };
  }

  /** A number a row of x. */
  function keepNumbers(values: Float64Array, x: Signal, label: string): HostArray {
    const shape = x.staggered ? [rowsOf(x)] : [x.tokens, x.columns];
    return keep(storedRows(values, x, 1), shape, label);
  }

  /** values + added, which may cover other tokens. */
  function keepSum(
    values: Float64Array,
    x: Omit<Signal, 'data'>,
    added: Signal | null | undefined,
    label: string,
  ): Signal {
    const { columns, channels } = x;
    if (!added) return keepSignal(values, x, columns, channels, label);
    const agree = columns === added.columns && channels === added.channels;
    expect(agree, `${label}: added`, `${describeSignal(x)} and ${describeSignal(added)}`);
    expect(!x.staggered === !added.staggered, `${label}: added`, `${describeSignal(x)} and ${describeSignal(added)}`);
    const sum = reference.add(values, x, signalValues(added), added, columns * channels);
    return keepSignal(sum, { ...reference.unionSpan(x, added), staggered: x.staggered }, columns, channels, label);
  }

  return {
    kind: 'reference',
    bytesPerNumber: BYTES_PER_NUMBER,
    bytesPerWeight: BYTES_PER_NUMBER,
    callFlops: 1e3,
    maxArrayBytes: 2 ** 31, // what every JavaScript engine can hold in one typed array

    upload: (data, shape, label) => keep(Float64Array.from(data), shape, label),
    uploadMatrix: (data, shape, label) => ({ array: keep(Float64Array.from(data), shape, label), rounding: 0 }),
    uploadIndices: (data, label) => keep(Float64Array.from(data), [data.length], label),
    zeros: (shape, label) => keep(new Float64Array(sizeOf(shape)), shape, label),
    read: async (array) => Float64Array.from(valuesOf(array)),
    finish: nextTask, // everything has run; whoever waits lets messages through
    free(array) {
      memory.live -= valuesOf(array).byteLength;
      (array as HostArray).values = null;
    },
    memory: () => ({ ...memory }),
    resetPeak() {
      memory.peak = memory.live;
    },

    linear(x, weight, layout, bias, epilogue) {
      const inputs = weight.shape[layout === 'inOut' ? 0 : 1]!;
      const outputs = weight.shape[layout === 'inOut' ? 1 : 0]!;
      expect(
        inputs === x.channels,
        'linear',
        `weight ${describeShape(weight.shape)} (${layout}) on ${x.channels} channels`,
      );
      const product = { rows: x.tokens * x.columns, inputs, outputs };
      const biasValues = bias && vectorOf(bias, outputs, 'linear: bias');
      const y = reference.linearByFours(signalValues(x), valuesOf(weight), biasValues, layout, product);
      const { multiply = null, added } = epilogue ?? {};
      const rows = multiply && tokenRows(multiply.coefficients, x, outputs, 'linear: coefficients');
      const size = { ...x, channels: outputs };
      const scaled = rows ? reference.multiply(y, rows, multiply.factor, size) : y;
      return keepSum(scaled, size, added, 'linear');
    },
    norm(x, { kind, gain, inverseSigma }, bias, added) {
      const gainValues = vectorOf(gain, x.channels, 'norm: gain');
      const biasValues = bias && vectorOf(bias, x.channels, 'norm: bias');
      const scales = tokenRows(inverseSigma, x, 1, 'norm: inverseSigma');
      return keepSum(reference.norm(signalValues(x), kind, gainValues, scales, biasValues, x), x, added, 'norm');
    },
    normAdjoint(g, { kind, gain, inverseSigma }, added) {
      const gainValues = vectorOf(gain, g.channels, 'normAdjoint: gain');
      const scales = tokenRows(inverseSigma, g, 1, 'normAdjoint: inverseSigma');
      const out = reference.normAdjoint(signalValues(g), kind, gainValues, scales, g);
      return keepSum(out, g, added, 'normAdjoint');
    },
    multiply(x, coefficients, factor) {
      const rows = tokenRows(coefficients, x, x.channels, 'multiply: coefficients');
      return keepSignal(reference.multiply(signalValues(x), rows, factor, x), x, x.columns, x.channels, 'multiply');
    },
    add: (x, y) => keepSum(signalValues(x), x, y, 'add'),
    mix(pattern, values, shape) {
      const size = mixSize(pattern, values, shape, shape.causal, shape.kvHeads, 2, 'mix');
      const out = reference.mix(valuesOf(pattern), signalValues(values), values, values.columns, size);
      expect(!values.staggered || shape.causal, 'mix', `${describeSignal(values)}, not causal`);
      const span = { ...reference.mixSpan(values, size), staggered: values.staggered };
      return keepSignal(out, span, values.columns, shape.heads * shape.dHead, 'mix');
    },
    mixAdjoint(pattern, g, shape) {
      const size = mixSize(pattern, g, shape, shape.causal, shape.heads, 1, 'mixAdjoint');
      const out = reference.mixAdjoint(valuesOf(pattern), signalValues(g), g, g.columns, size);
      return keepSignal(out, reference.mixAdjointSpan(g, size), g.columns, shape.kvHeads * shape.dHead, 'mixAdjoint');
    },

    linearPerToken(x, operators, layout) {
      const [inputs, outputs] =
        layout === 'inOut' ? [operators.columns, operators.channels] : [operators.channels, operators.columns];
      expect(
        inputs === x.channels,
        'linearPerToken',
        `matrices ${describeSignal(operators)} (${layout}) on ${describeSignal(x)}`,
      );
      const matrices = windowOf(operators, x, 'linearPerToken');
      const size = { tokens: x.tokens, columns: x.columns, inputs, outputs };
      const y = reference.linearPerToken(signalValues(x), matrices, layout, size);
      return keepSignal(y, x, x.columns, outputs, 'linearPerToken');
    },
    takeTokens(x, firstToken, tokens) {
      const span = { firstToken, tokens };
      return keepSignal(windowOf(x, span, 'takeTokens').slice(), span, x.columns, x.channels, 'takeTokens');
    },
    putTokens(target, x) {
      const agree = x.columns === target.columns && x.channels === target.channels;
      expect(agree, 'putTokens', `${describeSignal(x)} and ${describeSignal(target)}`);
      windowOf(target, x, 'putTokens').set(signalValues(x));
    },
    headsApart(values, shape) {
      const { heads, kvHeads, dHead } = shape;
      const fits = values.columns === 1 && values.channels === kvHeads * dHead;
      expect(fits, 'headsApart', `${describeSignal(values)}, ${describeHeads(shape)}`);
      const apart = reference.headsApart(signalValues(values), values.tokens, shape);
      return keepSignal(apart, values, heads, heads * dHead, 'headsApart');
    },
    expandSources(pattern, basis, own, scales, causal) {
      const [heads, length] = pattern.shape as [number, number, number];
      const ends = basis.firstToken + basis.tokens <= length && basis.columns === heads;
      expect(ends, 'expandSources', `pattern ${describeShape(pattern.shape)}, basis ${describeSignal(basis)}`);
      const size = { sources: basis, heads, channels: basis.channels, length, causal };
      const out = reference.expandSources(
        valuesOf(pattern),
        signalValues(basis),
        own && windowOf(own, basis, 'expandSources: own'),
        scales && vectorOf(scales, length, 'expandSources: scales'),
        size,
      );
      const span = { ...reference.expandSpan(size), staggered: causal };
      return keepSignal(out, span, basis.tokens, basis.channels, 'expandSources');
    },

    gatherRows(table, indices) {
      const channels = table.shape[1]!;
      const rows = reference.gatherRows(valuesOf(table), valuesOf(indices), channels);
      return keepSignal(rows, { firstToken: 0, tokens: indices.shape[0]! }, 1, channels, 'gatherRows');
    },
    normalise(x, { kind, eps, gain, bias }, added = null) {
      const values = oneColumn(x, 'normalise');
      const gainValues = vectorOf(gain, x.channels, 'normalise: gain');
      const biasValues = bias && vectorOf(bias, x.channels, 'normalise: bias');
      const scales = reference.inverseSigma(values, kind, eps, x.tokens, x.channels);
      const y = reference.norm(values, kind, gainValues, scales, biasValues, x);
      return { inverseSigma: keep(scales, [x.tokens], 'inverseSigma'), value: keepSum(y, x, added, 'normalise') };
    },
    headNorm(x, gain, eps) {
      const dHead = gain.shape[0]!;
      expect(x.channels % dHead === 0, 'headNorm', `${describeSignal(x)} with heads of ${dHead}`);
      const y = reference.headNorm(oneColumn(x, 'headNorm'), vectorOf(gain, dHead, 'headNorm: gain'), eps);
      return keepSignal(y, x, 1, x.channels, 'headNorm');
    },
    pattern(q, k, shape, rotary, slopes = null) {
      const { heads, kvHeads, dHead } = shape;
      const length = q.tokens;
      const fits = q.channels === heads * dHead && k.channels === kvHeads * dHead && k.tokens === length;
      expect(fits, 'pattern', `q ${describeSignal(q)}, k ${describeSignal(k)}, ${describeHeads(shape)}`);
      const table = rotary && rotaryValues(rotary, length);
      const size = { ...shape, length };
      const slopeValues = slopes && vectorOf(slopes, heads, 'pattern: slopes');
      const out = reference.pattern(oneColumn(q, 'pattern: q'), oneColumn(k, 'pattern: k'), size, table, slopeValues);
      return keep(out, [heads, length, length], 'pattern');
    },
    activate(z, activation) {
      const values = oneColumn(z, 'activate');
      const multiplier = reference.activationMultiplier(values, activation);
      const atZero = reference.activationAtZero(activation);
      const value = reference.multiply(values, multiplier, 1, z).map((entry) => atZero + entry);
      return {
        multiplier: keep(multiplier, [z.tokens, z.channels], 'activate: multiplier'),
        value: keepSignal(value, z, 1, z.channels, 'activate'),
      };
    },
    gate(g, u, activation) {
      const agree = g.tokens === u.tokens && g.channels === u.channels;
      expect(agree, 'gate', `${describeSignal(g)} and ${describeSignal(u)}`);
      const [gates, ups] = [oneColumn(g, 'gate: g'), oneColumn(u, 'gate: u')];
      const { up, gate } = reference.gateCoefficients(gates, ups, activation);
      const shape = [g.tokens, g.channels];
      return {
        up: keep(up, shape, 'gate: up'),
        gate: keep(gate, shape, 'gate: gate'),
        value: keepSignal(reference.multiply(ups, up, 1, u), u, 1, u.channels, 'gate'),
      };
    },

    diagonal(x, firstSource, columns, causal, staggered = false) {
      expect(
        firstSource + columns <= x.tokens,
        'diagonal',
        `sources ${firstSource} + ${columns} of ${x.tokens} tokens`,
      );
      const out = reference.diagonal(oneColumn(x, 'diagonal'), firstSource, columns, causal, x.channels);
      expect(causal || !staggered, 'diagonal', 'a staggered start that is not causal');
      const span = { ...reference.diagonalSpan(x.tokens, firstSource, causal), staggered };
      return keepSignal(out, span, columns, x.channels, 'diagonal');
    },
    unitVectors(token, channels, firstChannel, columns) {
      expect(firstChannel + columns <= channels, 'unitVectors', `channels ${firstChannel} + ${columns} of ${channels}`);
      const out = reference.unitVectors(channels, firstChannel, columns);
      return keepSignal(out, { firstToken: token, tokens: 1 }, columns, channels, 'unitVectors');
    },

    dot(x, y) {
      expect(y.columns === 1 || y.columns === x.columns, 'dot', `y has ${y.columns} columns, x ${x.columns}`);
      const offset = x.firstToken - y.firstToken;
      const covers = offset >= 0 && offset + x.tokens <= y.tokens && x.channels === y.channels;
      expect(covers, 'dot', `y ${describeSignal(y)} does not cover x ${describeSignal(x)}`);
      const rowsOf = (token: number) => token * y.columns * y.channels;
      const rows = signalValues(y).subarray(rowsOf(offset), rowsOf(offset + x.tokens));
      // With as many columns as x, y has a row for each of x's.
      const size = { tokens: x.tokens * y.columns, columns: x.columns / y.columns, channels: x.channels };
      return keepNumbers(reference.dot(signalValues(x), rows, size), x, 'dot');
    },
    sumSquares: (x) => keepNumbers(reference.sumSquares(signalValues(x), x), x, 'sumSquares'),
    distances(x, y, power) {
      const out = reference.distances(signalValues(x), besideTokens(x, y, 'distances'), power, x);
      return keepNumbers(out, x, 'distances');
    },
    shareVector(x, vector, measured, measure) {
      const weights = valuesOf(measured);
      expect(
        weights.length === x.tokens * x.columns,
        'shareVector',
        `${weights.length} weights for ${describeSignal(x)}`,
      );
      const rows = besideTokens(x, vector, 'shareVector');
      const out = reference.shareVector(signalValues(x), weights, rows, measure, x);
      return keepSignal(out, x, x.columns, x.channels, 'shareVector');
    },
    sumColumns(x) {
      const { firstToken, tokens, channels } = x;
      return keepSignal(reference.sumColumns(signalValues(x), x), { firstToken, tokens }, 1, channels, 'sumColumns');
    },

    gradients: async () => referenceGradients(keep, keepSignal),
  };
}

/** [tokens of x, channel]: the part of a one-column signal that lies beside x. */
function besideTokens(x: Signal, y: Signal, name: string): Float64Array {
  const offset = x.firstToken - y.firstToken;
  const covers = offset >= 0 && offset + x.tokens <= y.tokens && x.channels === y.channels && y.columns === 1;
  expect(covers, name, `${describeSignal(y)} does not cover ${describeSignal(x)}`);
  return signalValues(y).subarray(offset * y.channels, (offset + x.tokens) * y.channels);
}
