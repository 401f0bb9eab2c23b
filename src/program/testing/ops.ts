// Seeded examples of every op, for the tests that hold for all of them: small programs of one op (a pattern together with its mix).

import { randomArray, seededRandom } from '../../tensor/random';
import { activations } from '../activations';
import type { Backend, DeviceArray, Signal } from '../backend';
import type { GradientRule } from '../gradientRule';
import type { Frozen, GateShares, GradientContext, ReadingContext, RunContext } from '../op';
import { gradientInputs, gradientOf, type LinearOp, readingsOf, runReading } from '../ops';
import type { MatrixRef, Op, PatternOp, VectorRef, WeightName } from '../program';

/** One op with weights and input activations, all float32 numbers, so that both backends see the same ones. */
export interface OpExample {
  readonly name: string;
  readonly op: LinearOp;
  /** Made before the op: the pattern of a mix. */
  readonly before: PatternOp | null;
  readonly tokens: number;
  readonly gateShares: GateShares;
  readonly causal: boolean;
  readonly weights: ReadonlyMap<WeightName, { readonly data: Float32Array; readonly shape: readonly number[] }>;
  /** Activations of every value that the ops read, [token, channel]. */
  readonly values: ReadonlyMap<string, { readonly data: Float32Array; readonly channels: number }>;
}

export interface ExampleOptions {
  readonly seed: number;
  readonly tokens: number;
  /** Channels of plain values; heads · dHead for attention. */
  readonly channels: number;
}

const outOf = { up: 1, gate: 0 };

export function opExamples({ seed, tokens, channels }: ExampleOptions): OpExample[] {
  const random = seededRandom(seed);
  const examples: OpExample[] = [];
  const base = { stage: 0 as const, output: 'out' };
  const vector = (name: string, length: number): VectorRef => ({ name, length });
  const matrix = (inputs: number, outputs: number, layout: MatrixRef['layout']): MatrixRef => ({
    name: 'weight',
    inputs,
    outputs,
    layout,
  });
  const add = (
    name: string,
    op: LinearOp,
    inputs: Record<string, number>,
    options: { before?: PatternOp; gateShares?: GateShares; causal?: boolean } = {},
  ) => {
    const weights = new Map<WeightName, { data: Float32Array; shape: readonly number[] }>();
    for (const ref of Object.values(op)) {
      if (ref === null || typeof ref !== 'object' || !('name' in ref)) continue;
      const shape =
        'length' in ref ? [ref.length] : ref.layout === 'inOut' ? [ref.inputs, ref.outputs] : [ref.outputs, ref.inputs];
      weights.set(ref.name, {
        data: randomArray(
          shape.reduce((a, b) => a * b, 1),
          random,
        ),
        shape,
      });
    }
    const values = new Map(
      Object.entries(inputs).map(([value, width]) => [
        value,
        { data: randomArray(tokens * width, random, 2), channels: width },
      ]),
    );
    examples.push({
      name: `${name}, ${tokens} tokens, ${channels} channels, seed ${seed}`,
      op,
      before: options.before ?? null,
      tokens,
      gateShares: options.gateShares ?? outOf,
      causal: options.causal ?? true,
      weights,
      values,
    });
  };

  for (const layout of ['inOut', 'outIn'] as const) {
    const weight = matrix(channels, channels + 3, layout);
    add(
      `linear ${layout}`,
      { ...base, kind: 'linear', input: 'x', weight, bias: vector('bias', channels + 3) },
      { x: channels },
    );
  }
  const head = matrix(channels, 2 * channels + 1, 'outIn');
  add('unembed', { ...base, kind: 'unembed', input: 'x', weight: head, bias: null }, { x: channels });
  for (const kind of ['layer', 'rms'] as const) {
    const bias = kind === 'layer' ? vector('bias', channels) : null;
    const gain = vector('gain', channels);
    add(`norm ${kind}`, { ...base, kind: 'norm', input: 'x', norm: kind, eps: 1e-3, gain, bias }, { x: channels });
  }
  for (const activation of activations) {
    add(`activate ${activation}`, { ...base, kind: 'activate', input: 'x', channels, activation }, { x: channels });
  }
  for (const [rule, gateShares] of Object.entries({
    half: { up: 0.5, gate: 0.5 },
    up: outOf,
    gate: { up: 0, gate: 1 },
  })) {
    for (const activation of ['silu', 'sigmoid'] as const) {
      const op = { ...base, kind: 'gate', gate: 'g', up: 'u', channels, activation } as const;
      add(`gate ${rule}, ${activation}`, op, { g: channels, u: channels }, { gateShares });
    }
  }
  add('add', { ...base, kind: 'add', left: 'x', right: 'y', channels }, { x: channels, y: channels });
  for (const gain of [vector('gain', channels), null]) {
    const name = `scale${gain ? ' by channels' : ''}`;
    add(name, { ...base, kind: 'scale', input: 'x', channels, gain, factor: 0.5 }, { x: channels });
  }
  for (const [from, to] of [
    [0, 1],
    [Math.min(1, tokens - 1), null],
  ] as const) {
    const name = `pool of the tokens from ${from} to ${to ?? 'the last'}`;
    add(name, { ...base, kind: 'pool', input: 'x', channels, range: { from, to } }, { x: channels }, { causal: false });
  }
  const neighbours = { pairs: 'neighbours', factor: 1.2 } as const;
  for (const [heads, kvHeads, causal, rotaryDim, scoring, turning] of [
    [1, 1, true, 0, {}, {}],
    [4, 2, true, 4, {}, {}],
    [3, 1, false, 2, {}, neighbours],
    [2, 2, true, 6, {}, {}],
    [2, 1, true, 4, { window: 3, softCap: 1.5 }, neighbours],
    [3, 3, true, 0, { window: 2, slopes: [0.5, 0.25, 1.5] }, {}],
  ] as const) {
    const dHead = 6;
    const inverseFrequencies = [1, 0.3, 0.05].slice(0, rotaryDim / 2);
    const rotary = rotaryDim > 0 ? { rotaryDim, inverseFrequencies, ...turning } : null;
    const shape = { heads, kvHeads, dHead, causal };
    const pattern = {
      ...shape,
      kind: 'pattern',
      output: 'pattern',
      stage: 0,
      query: 'q',
      key: 'k',
      scale: 0.7,
      ...scoring,
      rotary,
    } as const;
    add(
      `mix of ${heads} heads over ${kvHeads}, ${causal ? 'causal' : 'all tokens'}, rotary ${rotaryDim}, ${JSON.stringify(scoring)}`,
      { ...base, ...shape, kind: 'mix', pattern: 'pattern', value: 'v' },
      { q: heads * dHead, k: kvHeads * dHead, v: kvHeads * dHead },
      { before: pattern, causal },
    );
  }
  return examples;
}

/** An example on a backend: its activations, its value, and what it froze. */
export interface RunExample {
  readonly context: ReadingContext;
  readonly frozen: Frozen;
  /** Activations of the op's linear inputs, in order. */
  readonly inputs: readonly Signal[];
  readonly value: Signal;
  /** Cotangents of every value that the ops read, from one of the op's value, through the pattern where there is one. */
  gradient(rule: GradientRule, cotangent: Signal): Promise<ReadonlyMap<string, Signal>>;
}

export function runExample(backend: Backend, example: OpExample): RunExample {
  const { op, before, tokens, gateShares } = example;
  const uploaded = new Map<string, DeviceArray>();
  const weight = (name: WeightName) => {
    const { data, shape } = example.weights.get(name)!;
    if (!uploaded.has(name)) uploaded.set(name, backend.upload(data, shape, name));
    return uploaded.get(name)!;
  };
  const signals = new Map<string, Signal>();
  for (const [name, { data, channels }] of example.values) {
    signals.set(name, {
      firstToken: 0,
      tokens,
      columns: 1,
      channels,
      data: backend.upload(data, [tokens, 1, channels], name),
    });
  }
  const frozen = new Map<string, Frozen>();
  const context: RunContext = {
    backend,
    weight,
    gateShares,
    patches: null,
    zeroed: [],
    ids: backend.uploadIndices([0], 'ids'),
    positions: backend.uploadIndices([0], 'positions'),
    table: (name, shape, make) => backend.upload(make(), shape, name),
    frozen: (name) => frozen.get(name)!,
  };
  const runOne = (one: Op) =>
    runReading(one).run(
      context,
      one,
      runReading(one)
        .inputs(one)
        .map((name) => signals.get(name)!),
    );
  if (before) frozen.set(before.output, runOne(before).frozen);
  const result = runOne(op);
  const inputs = readingsOf(op)
    .linearInputs(op)
    .map((name) => signals.get(name)!);
  const gradient: RunExample['gradient'] = async (rule, cotangent) => {
    const gradients = await backend.gradients();
    const given: GradientContext = { ...context, rule, gradients, value: (name) => signals.get(name)! };
    const found = new Map<string, Signal>();
    const goBack = (one: Op, kept: Frozen, from: Signal) => {
      const parts = gradientOf(given, one, kept, from);
      for (const [at, name] of gradientInputs(one, rule).entries()) {
        if (before && name === before.output) goBack(before, frozen.get(name)!, parts[at]!);
        else found.set(name, parts[at]!);
      }
    };
    goBack(op, result.frozen, cotangent);
    return found;
  };
  return { context, frozen: result.frozen, inputs, value: result.value!, gradient };
}
