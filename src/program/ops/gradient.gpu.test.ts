// The gradient of every op: under the rule of T it is `pull`; with nothing frozen it is what finite differences of `run` give (float64 reference), and
// the GPU gives the same. A mix is taken together with its pattern.

import { describe, expect, it } from 'vitest';
import { relativeError } from '../../tensor/compare';
import { randomArray, seededRandom } from '../../tensor/random';
import type { Backend, Signal } from '../backend';
import { attnLrp, frozenRule, type GradientRule, jacobian, lrpAhLn } from '../gradientRule';
import type { GradientContext, RunContext } from '../op';
import type { HeadNormOp } from '../program';
import { backendsUnderTest } from '../testing/backends';
import { type OpExample, opExamples, runExample } from '../testing/ops';
import { gradientOf, readingsOf, runReading } from './index';

const examples = [
  { seed: 1, tokens: 1, channels: 1 },
  { seed: 2, tokens: 7, channels: 13 },
].flatMap(opExamples);
const [reference, gpu] = [backendsUnderTest[0]!, backendsUnderTest[1]!];

describe.each(backendsUnderTest)('on the $kind backend', ({ create }) => {
  it.each(examples)('under the rule of T the gradient is pull, bit by bit: $name', async (example) => {
    const backend = await create();
    const { context, frozen, value, gradient } = runExample(backend, example);
    const c = signalLike(backend, value, 3, 5);
    const pulled = readingsOf(example.op).pull(context, example.op, frozen, c);
    const found = await gradient(frozenRule(example.gateShares), c);
    const names = readingsOf(example.op).linearInputs(example.op);
    expect([...found.keys()]).toEqual([...names]);
    for (const [at, name] of names.entries()) {
      const values = await backend.read(found.get(name)!.data);
      const part = pulled[at];
      // Where the gate rule lets nothing through there is nothing to pull, and the gradient is 0.
      if (part) expect(values).toEqual(await backend.read(part.data));
      else expect(values.every((value: number) => value === 0)).toBe(true);
    }
  });
});

it.each(examples)('with nothing frozen it is what finite differences of run give: $name', async (example) => {
  const backend = await reference.create();
  const run = runExample(backend, example);
  const c = signalLike(backend, run.value, 1, 6);
  const cotangent = await backend.read(c.data);
  const found = await run.gradient(jacobian, c);
  const random = seededRandom(7);
  const moves = new Map([...example.values].map(([name, { data }]) => [name, randomArray(data.length, random)]));
  let along = 0;
  for (const [name, move] of moves) {
    const values = await backend.read(found.get(name)!.data);
    expect(values.length).toBe(move.length);
    for (let at = 0; at < move.length; at++) along += values[at]! * move[at]!;
  }
  const at = async (step: number) => {
    const values = new Map(
      [...example.values].map(([name, { data, channels }]) => {
        const moved = Float64Array.from(data, (value, k) => value + step * moves.get(name)![k]!);
        return [name, { data: moved as unknown as Float32Array, channels }];
      }),
    );
    const value = await backend.read(runExample(backend, { ...example, values }).value.data);
    return Float64Array.from(value).reduce((sum, entry, k) => sum + entry * cotangent[k]!, 0);
  };
  const step = 1e-5;
  const measured = ((await at(step)) - (await at(-step))) / (2 * step);
  // Central differences: error ~ step² · third derivative + 1e-16/step.
  expect(Math.abs(along - measured)).toBeLessThanOrEqual(2e-7 * Math.max(1, Math.abs(measured)));
});

const rules: Record<string, GradientRule> = { jacobian, lrpAhLn, attnLrp: attnLrp({ up: 0.5, gate: 0.5 }) };

it.each(examples)('the GPU gives what the reference gives, rule by rule: $name', async (example) => {
  for (const [name, rule] of Object.entries(rules)) {
    const [expected, actual] = await Promise.all(
      [reference, gpu].map(async ({ create }) => gradients(await create(), example, rule)),
    );
    expect([...actual!.keys()]).toEqual([...expected!.keys()]);
    for (const [value, numbers] of actual!) {
      // Sums of some hundred terms in float32; a norm of one channel is all cancellation (1 − n²). A cotangent that vanishes (one token sees only itself) is compared with 1.
      const scale = Math.max(...expected!.get(value)!.map(Math.abs));
      const error = scale < 1e-6 ? Math.max(...numbers.map(Math.abs)) : relativeError(numbers, expected!.get(value)!);
      expect(error, `${name}, ${value}`).toBeLessThanOrEqual(example.op.kind === 'norm' ? 1e-4 : 2e-5);
    }
  }
});

it('the halves of AttnLRP: values ½, queries and keys ¼ of the gradient', async () => {
  const example = examples.find(({ before, tokens }) => before && tokens > 1)!;
  const backend = await reference.create();
  const full = await gradients(backend, example, jacobian);
  const halved = await gradients(backend, example, rules.attnLrp!);
  for (const [name, share] of [
    ['v', 0.5],
    ['q', 0.25],
    ['k', 0.25],
  ] as const) {
    expect(
      relativeError(
        halved.get(name)!,
        full.get(name)!.map((value) => share * value),
      ),
    ).toBeLessThanOrEqual(1e-14);
  }
});

it.each(backendsUnderTest)('headNorm: every head is a norm by itself, on $kind', async ({ create, tolerance }) => {
  const backend = await create();
  const [tokens, heads, dHead] = [3, 2, 5];
  const op: HeadNormOp = {
    kind: 'headNorm',
    output: 'out',
    stage: 0,
    input: 'x',
    heads,
    eps: 1e-3,
    gain: { name: 'gain', length: dHead },
  };
  const random = seededRandom(9);
  const [x, gain, g, move] = [tokens * heads * dHead, dHead, tokens * heads * dHead, tokens * heads * dHead].map(
    (size) => randomArray(size, random),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const signal = (data: ArrayLike<number>): Signal => ({
    firstToken: 0,
    tokens,
    columns: 1,
    channels: heads * dHead,
    data: backend.upload(data, [tokens, 1, heads * dHead], 'x'),
  });
  const weight = () => backend.upload(gain, [dHead], 'gain');
  const input = signal(x);
  const context = { backend, weight, gradients: await backend.gradients(), value: () => input };
  const pulled = async (rule: GradientRule) => {
    const [part] = gradientOf({ ...context, rule } as unknown as GradientContext, op, {}, signal(g));
    return backend.read(part!.data);
  };
  // By hand, in float64: y = γ x r, r = (mean x² + eps)^−½, so Jᵀ g = r (γ g − x r² mean(γ g x)).
  const expected = (share: number) =>
    Float64Array.from(x, (_, at) => {
      const start = at - (at % dHead);
      const own = Array.from({ length: dHead }, (_, c) => [x[start + c]!, gain[c]! * g[start + c]!] as const);
      const r = 1 / Math.sqrt(own.reduce((sum, [value]) => sum + value * value, 0) / dHead + 1e-3);
      const mean = own.reduce((sum, [value, scaled]) => sum + value * scaled, 0) / dHead;
      return r * (own[at % dHead]![1] - share * x[at]! * r * r * mean);
    });
  expect(relativeError(await pulled(jacobian), expected(1))).toBeLessThanOrEqual(tolerance);
  expect(relativeError(await pulled(attnLrp({ up: 1, gate: 0 })), expected(0))).toBeLessThanOrEqual(tolerance);
  if (backend.kind !== 'reference') return;
  const valueAt = async (step: number) => {
    const moved = signal(Float64Array.from(x, (value, at) => value + step * move[at]!));
    const { value } = runReading(op).run(context as unknown as RunContext, op, [moved]);
    return Float64Array.from(await backend.read(value!.data)).reduce((sum, entry, at) => sum + entry * g[at]!, 0);
  };
  const along = Float64Array.from(await pulled(jacobian)).reduce((sum, value, at) => sum + value * move[at]!, 0);
  expect(along).toBeCloseTo(((await valueAt(1e-5)) - (await valueAt(-1e-5))) / 2e-5, 7);
});

async function gradients(backend: Backend, example: OpExample, rule: GradientRule) {
  const run = runExample(backend, example);
  const found = await run.gradient(rule, signalLike(backend, run.value, 2, 8));
  const read = new Map<string, number[]>();
  for (const [name, { data }] of found) read.set(name, [...(await backend.read(data))]);
  return read;
}

function signalLike(backend: Backend, { firstToken, tokens, channels }: Signal, columns: number, seed: number): Signal {
  const numbers = randomArray(tokens * columns * channels, seededRandom(seed));
  const data = backend.upload(numbers, [tokens, columns, channels], 'random signal');
  return { firstToken, tokens, columns, channels, data };
}
