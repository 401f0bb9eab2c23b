// The same four tests for every op that is read linearly, on both backends: `run` against the textbook definition in float64, completeness (the contributions of the
// input and the bias source sum to `run`), adjointness (⟨c, push z⟩ = ⟨pull c, z⟩), and causal zeros.

import { describe, expect, it } from 'vitest';
import * as definitions from '../../reference/definitions';
import { relativeError } from '../../tensor/compare';
import { randomArray, seededRandom } from '../../tensor/random';
import type { Backend, DeviceArray, Signal } from '../backend';
import type { RunContext } from '../op';
import type { EmbedOp } from '../program';
import { backendsUnderTest } from '../testing/backends';
import { type OpExample, opExamples, runExample } from '../testing/ops';
import { readingsOf, runReading } from './index';

const examples = [
  { seed: 1, tokens: 1, channels: 1 },
  { seed: 2, tokens: 7, channels: 13 },
  { seed: 3, tokens: 12, channels: 65 },
].flatMap(opExamples);

describe.each(backendsUnderTest)('on the $kind backend', ({ create, tolerance }) => {
  it.each(examples)('run agrees with the definition: $name', async (example) => {
    const backend = await create();
    const { value } = runExample(backend, example);
    expect(relativeError(await backend.read(value.data), definitionOf(example))).toBeLessThanOrEqual(tolerance);
  });

  it.each([
    ['token rows', 1, false, false],
    ['scaled token rows', 1.5, false, false],
    ['scaled token rows and plain position rows', 1.5, true, false],
    ['scaled token rows, plain position rows and the segment row', 1.5, true, true],
  ])('embed gives %s, and keeps nothing else', async (_, scale, withPositions, withSegment) => {
    const backend = await create();
    const table: Record<string, DeviceArray> = {
      tokens: backend.upload([1, 2, 3, 4, 5, 6], [3, 2], 'tokens'),
      positions: backend.upload([10, 20, 30, 40], [2, 2], 'positions'),
      segment: backend.upload([100, 200], [1, 2], 'segment'),
    };
    const [ids, positions] = [backend.uploadIndices([2, 0], 'ids'), backend.uploadIndices([0, 1], 'positions')];
    const matrix = (name: string, inputs: number) => ({ name, inputs, outputs: 2, layout: 'inOut' }) as const;
    const op: EmbedOp = {
      kind: 'embed',
      output: 'embedding',
      stage: 'embedding',
      tokens: matrix('tokens', 3),
      scale,
      positions: withPositions ? matrix('positions', 2) : null,
      projection: null,
      projectionBias: null,
      padding: null,
      segment: withSegment ? matrix('segment', 1) : null,
    };
    const before = backend.memory().live;
    const context = { backend, ids, positions, zeroed: [], weight: (name: string) => table[name]! };
    const { value } = runReading(op).run(context as unknown as RunContext, op, []);
    const added = withPositions ? [10, 20, 30, 40] : [0, 0, 0, 0];
    const expected = [5, 6, 1, 2].map(
      (entry, at) => scale * entry + added[at]! + (withSegment ? 100 * (1 + (at % 2)) : 0),
    );
    expect([...(await backend.read(value!.data))]).toEqual(expected);
    backend.free(value!.data);
    expect(backend.memory().live).toBe(before);
  });

  it('embed projects token rows of another width before positions are added', async () => {
    const backend = await create();
    const table: Record<string, DeviceArray> = {
      tokens: backend.upload([1, 2, 3, 4, 5, 6], [3, 2], 'tokens'),
      projection: backend.upload([1, 0, 0, 1, 1, 1], [3, 2], 'projection'),
      bias: backend.upload([0.5, 0, 0], [3], 'bias'),
      positions: backend.upload([10, 20, 30, 40, 50, 60], [2, 3], 'positions'),
    };
    const [ids, positions] = [backend.uploadIndices([2, 0], 'ids'), backend.uploadIndices([0, 1], 'positions')];
    const op: EmbedOp = {
      kind: 'embed',
      output: 'embedding',
      stage: 'embedding',
      tokens: { name: 'tokens', inputs: 3, outputs: 2, layout: 'inOut' },
      scale: 2,
      projection: { name: 'projection', inputs: 2, outputs: 3, layout: 'outIn' },
      projectionBias: { name: 'bias', length: 3 },
      positions: { name: 'positions', inputs: 2, outputs: 3, layout: 'inOut' },
      padding: null,
      segment: null,
    };
    const before = backend.memory().live;
    const context = { backend, ids, positions, zeroed: [], weight: (name: string) => table[name]! };
    const { value } = runReading(op).run(context as unknown as RunContext, op, []);
    expect([...(await backend.read(value!.data))]).toEqual([20.5, 32, 52, 42.5, 54, 66]);
    backend.free(value!.data);
    expect(backend.memory().live).toBe(before);
  });

  it.each(examples)('contributions and bias sum to the value: $name', async (example) => {
    const backend = await create();
    const { context, frozen, inputs, value } = runExample(backend, example);
    const { op, causal } = example;
    const readings = readingsOf(op);
    const columns = inputs.map((x) => backend.diagonal(x, 0, x.tokens, causal));
    const z = backend.sumColumns(readings.push(context, op, frozen, columns, false));
    const zero = inputs.map((x) => ({ ...x, data: backend.zeros(x.data.shape, 'zero') }));
    const bias = readings.push(context, op, frozen, zero, true);
    const sum = backend.add(z, bias);
    expect(relativeError(await backend.read(sum.data), await backend.read(value.data))).toBeLessThanOrEqual(tolerance);
  });

  it.each(examples)('pull is the adjoint of push: $name', async (example) => {
    const backend = await create();
    const { context, frozen, inputs, value } = runExample(backend, example);
    const { op, seed } = { ...example, seed: 11 };
    const readings = readingsOf(op);
    const random = seededRandom(seed);
    const z = inputs.map((x) => signalLike(backend, x, 3, random));
    const c = signalLike(backend, value, 3, random);
    const pushed = await backend.read(readings.push(context, op, frozen, z, false).data);
    const pulled = readings.pull(context, op, frozen, c);
    const left = inner(await backend.read(c.data), pushed);
    let right = 0;
    let scale = 0;
    for (const [at, g] of pulled.entries()) {
      if (!g) continue; // the gate rule freezes this input
      const [gValues, zValues] = [await backend.read(g.data), await backend.read(z[at]!.data)];
      right += inner(gValues, zValues);
      scale += norm(gValues) * norm(zValues);
    }
    // Rounding is relative to the sizes of the factors, not to their inner product, which may vanish.
    expect(Math.abs(left - right)).toBeLessThanOrEqual(tolerance * scale);
  });

  it.each(examples.filter(({ causal }) => causal))('later sources contribute exactly 0: $name', async (example) => {
    const backend = await create();
    const { context, frozen, inputs } = runExample(backend, example);
    const { op, tokens } = example;
    // Without the causal window, so that the zeros come from the op and not from what is left out.
    const columns = inputs.map((x) => backend.diagonal(x, 0, tokens, false));
    const z = readingsOf(op).push(context, op, frozen, columns, false);
    const squares = await backend.read(backend.sumSquares(z));
    for (let i = 0; i < tokens; i++) {
      for (let j = i + 1; j < tokens; j++) expect(squares[i * tokens + j]).toBe(0);
    }
  });
});

function signalLike(backend: Backend, like: Signal, columns: number, random: () => number): Signal {
  const { firstToken, tokens, channels } = like;
  const shape = [tokens, columns, channels];
  const data = backend.upload(randomArray(tokens * columns * channels, random), shape, 'random signal');
  return { firstToken, tokens, columns, channels, data };
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const norm = (a: ArrayLike<number>) => Math.sqrt(inner(a, a));

/** The op's value by its textbook formula in float64. */
function definitionOf({ op, before, weights, values }: OpExample): Float64Array {
  const weight = (name: string) => Float64Array.from(weights.get(name)!.data);
  const value = (name: string) => Float64Array.from(values.get(name)!.data);
  switch (op.kind) {
    case 'linear':
    case 'unembed': {
      const { inputs, outputs, layout, name } = op.weight;
      const stored = weight(name);
      const inOut =
        layout === 'inOut'
          ? stored
          : stored.map((_, at) => stored[(at % outputs) * inputs + Math.floor(at / outputs)]!);
      return definitions.linearLayer(value(op.input), inOut, op.bias && weight(op.bias.name), inputs);
    }
    case 'norm':
      return op.norm === 'layer'
        ? definitions.layerNorm(value(op.input), weight('gain'), weight('bias'), op.eps)
        : definitions.rmsNorm(value(op.input), weight('gain'), op.eps);
    case 'activate':
      return definitions.activate(value(op.input), op.activation);
    case 'gate': {
      const up = value(op.up);
      return definitions.activate(value(op.gate), op.activation).map((phi, at) => phi * up[at]!);
    }
    case 'add': {
      const right = value(op.right);
      return value(op.left).map((left, at) => left + right[at]!);
    }
    case 'scale': {
      const gain = op.gain ? weight(op.gain.name) : new Float64Array(op.channels).fill(1);
      return value(op.input).map((x, at) => op.factor * gain[at % op.channels]! * x);
    }
    case 'pool': {
      const x = value(op.input);
      const rows = Array.from({ length: x.length / op.channels }, (_, token) =>
        x.subarray(token * op.channels, (token + 1) * op.channels),
      ).slice(op.range.from, op.range.to ?? undefined);
      return new Float64Array(op.channels).map((_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
    }
    case 'mix': {
      const { rotary, ...scores } = before!;
      const angle = (position: number, k: number) => position * rotary!.inverseFrequencies[k]!;
      const { rotaryDim = 0, pairs = 'halves', factor = 1 } = rotary ?? {};
      return definitions.attention(value('q'), value('k'), value('v'), {
        ...scores,
        rotary: rotary && { rotaryDim, pairs, factor, angle },
      });
    }
  }
}
