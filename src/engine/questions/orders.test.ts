// Every order of contraction gives the same map, on random small models in float64: contributions pushed, cotangents pulled, and the slabs of the
// operator itself contracted on the host. And what one question leaves on the device changes no later answer, only its price.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../models/compile';
import { specOf } from '../../models/specs';
import type { Backend } from '../../program/backend';
import { type Program, type WeightName, weightShape, weightsOf } from '../../program/program';
import { heldWeights } from '../../program/weightReader';
import { relativeError } from '../../tensor/compare';
import { randomArray, seededRandom } from '../../tensor/random';
import { sizeOf } from '../../tensor/shape';
import { createReferenceBackend } from '../backends/reference';
import type { Scope } from '../protocol';
import { createSession } from '../session';
import { outputDirections } from './explained';
import { inClassMap, inMap, inOutMap, outMap } from './maps';
import type { Question } from './question';
import { contributionsOf, readAlong, sliceOf } from './slice';

/** Sums of some hundred terms in float64, through a few blocks. */
const tolerance = 1e-10;

const families = {
  gpt2: { model_type: 'gpt2', n_layer: 3, n_embd: 8, n_head: 2, n_positions: 16, vocab_size: 11 },
  llama: {
    model_type: 'llama',
    num_hidden_layers: 3,
    hidden_size: 8,
    intermediate_size: 12,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 16,
    vocab_size: 11,
    rms_norm_eps: 1e-5,
    hidden_act: 'silu',
  },
  bert: {
    model_type: 'bert',
    architectures: ['BertForMaskedLM'],
    num_hidden_layers: 3,
    hidden_size: 8,
    intermediate_size: 12,
    num_attention_heads: 2,
    max_position_embeddings: 16,
    vocab_size: 11,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-5,
  },
} as const;

const blocks = 3;
const direction = { kind: 'centred' } as const;

const examples = fc.record({
  family: fc.constantFrom(...(Object.keys(families) as (keyof typeof families)[])),
  seed: fc.integer({ min: 1, max: 1e6 }),
  tokens: fc.integer({ min: 1, max: 9 }),
  range: fc.constantFrom(
    ...([
      [0, 3],
      [0, 2],
      [1, 3],
      [1, 2],
      [2, 3],
      [0, 1],
    ] as const),
  ),
  gateRule: fc.constantFrom('half', 'up', 'gate'),
} as const);
type Example = typeof examples extends fc.Arbitrary<infer E> ? E : never;

function randomWeights(program: Program, seed: number) {
  const random = seededRandom(seed);
  const weights = new Map<WeightName, Float32Array>();
  for (const ref of weightsOf(program)) {
    const data = randomArray(sizeOf(weightShape(ref)), random, 0.8);
    weights.set(ref.name, ref.name.endsWith('.gain') ? data.map((value) => 1 + value) : data);
  }
  return heldWeights(weights);
}

async function asked({ family, seed, tokens }: Pick<Example, 'family' | 'seed' | 'tokens'>, backend: Backend) {
  const program = compile(specOf(families[family], new Set()));
  const session = await createSession(program, randomWeights(program, seed), backend);
  const random = seededRandom(seed + 1);
  const ids = Array.from({ length: tokens }, () => Math.floor(random() * program.vocab));
  const run = await session.run(ids, () => {});
  const question: Question = { session, run, options: {} };
  return { session, run, question, program };
}

const word = (id: number) => `${id}`;
const close = (found: ArrayLike<number>, expected: ArrayLike<number>, what: string) =>
  expect(relativeError(found, expected), what).toBeLessThan(tolerance);

/** in, in_out, in_class and out from the operator's slabs T[i, :, :, :]. */
async function bySlabs(question: Question, scope: Scope, u: ArrayLike<number> | null) {
  const { session, run } = question;
  const { dModel } = session.program;
  const { tokens } = run.trace;
  const [from, to] = scope.range;
  const x = await session.backend.read(run.trace.hidden[from]!.data);
  const y = await session.backend.read((to === blocks ? run.trace.output : run.trace.hidden[to]!).data);
  const maps = { in: [] as number[], in_out: [] as number[], in_class: [] as number[], out: [] as number[] };
  for (let i = 0; i < tokens; i++) {
    const slice = await sliceOf(question, scope, i);
    const exact = { ...slice, data: Float64Array.from(slice.data) as unknown as Float32Array };
    const z = contributionsOf(exact, x);
    const along = readAlong(exact, y.subarray(i * dModel, (i + 1) * dModel));
    for (let j = 0; j < tokens; j++) {
      const column = Array.from({ length: dModel }, (_, d) => z[d * tokens + j]!);
      const dot = (v: ArrayLike<number>) => column.reduce((sum, value, d) => sum + value * v[i * dModel + d]!, 0);
      maps.in.push(Math.hypot(...column));
      maps.in_out.push(dot(y));
      if (u) maps.in_class.push(dot(u));
      maps.out.push(Math.hypot(...along.subarray(j * dModel, (j + 1) * dModel)));
    }
  }
  return maps;
}

/** Slices are float32. */
const singleTolerance = 2e-5;

describe('orders of contraction', () => {
  test('pushed and pulled maps agree in float64, both with the slabs in float32', async () => {
    await fc.assert(
      fc.asyncProperty(examples, async (example) => {
        const { question, session } = await asked(example, createReferenceBackend());
        const { range, gateRule } = example;
        const scope = { range, gateRule };
        const pushed = await inOutMap(question, scope, 'push');
        const pulled = await inOutMap(question, scope, 'pull');
        close(pulled.data, pushed.data, 'in_out');
        expect(pulled.conservation).toBeLessThan(tolerance);
        const ownClass = (order: 'push' | 'pull') => inClassMap(question, scope, null, direction, word, order);
        const classPushed = await ownClass('push');
        const classPulled = await ownClass('pull');
        close(classPulled.data, classPushed.data, 'in_class');
        // The slabs end where the range ends; u stands after the final norm.
        const atEnd = range[1] === blocks;
        const u = atEnd ? await outputDirections(question, blocks, classPushed.explained) : null;
        const slabs = await bySlabs(question, scope, u);
        const near = (found: ArrayLike<number>, expected: ArrayLike<number>, what: string) =>
          expect(relativeError(found, expected), what).toBeLessThan(singleTolerance);
        near(slabs.in_out, pushed.data, 'in_out by slabs');
        near(slabs.in, (await inMap(question, scope)).data, 'in by slabs');
        near(slabs.out, (await outMap(question, scope)).data, 'out by slabs');
        if (u) near(slabs.in_class, classPushed.data, 'in_class by slabs');
        session.dispose();
      }),
      { numRuns: 40, seed: 5 },
    );
  }, 60_000);
});

/** The reference, counting the FLOPs of its products. */
function spyingBackend() {
  const backend = createReferenceBackend();
  let flops = 0;
  const linear: Backend['linear'] = (x, weight, layout, bias, epilogue) => {
    flops += 2 * x.tokens * x.columns * sizeOf(weight.shape);
    return backend.linear(x, weight, layout, bias, epilogue);
  };
  const spent = () => {
    const found = flops;
    flops = 0;
    return found;
  };
  return { backend: { ...backend, linear } as Backend, spent };
}

describe('what a question leaves for the next', () => {
  const example = { family: 'llama', seed: 3, tokens: 6 } as const;
  const whole: Scope = { range: [0, blocks], gateRule: 'half' };

  test('in_out and in_class after in multiply no weight of a block again, and say so before', async () => {
    const { backend, spent } = spyingBackend();
    const { question, session, run, program } = await asked(example, backend);
    await inMap(question, whole);
    spent();
    const second = await inOutMap(question, whole);
    expect(spent()).toBe(0);
    expect(second.plan.description).toBe('contributions left by an earlier question, read in 1 pass');
    const third = await inClassMap(question, whole, null, direction, word);
    // The directions' pull through the head, and what the head makes of the output and of the bias.
    expect(spent()).toBeLessThanOrEqual(4 * 2 * example.tokens * program.dModel * program.classes);
    run.kept.clear();
    close((await inOutMap(question, whole)).data, second.data, 'in_out anew');
    close((await inClassMap(question, whole, null, direction, word, 'pull')).data, third.data, 'in_class anew');
    session.dispose();
  });

  test('a longer range goes on from a shorter one with the same beginning, and pays for the blocks between', async () => {
    const { backend, spent } = spyingBackend();
    const { question, session, run } = await asked(example, backend);
    await inMap(question, { range: [0, 1], gateRule: 'half' });
    await inMap(question, { range: [0, 2], gateRule: 'half' });
    spent();
    const goneOn = await inMap(question, whole);
    const after = spent();
    run.kept.clear();
    const anew = await inMap(question, whole);
    const all = spent();
    close(goneOn.data, anew.data, 'in');
    expect(goneOn.completeness).toBeLessThan(tolerance);
    // The biases of the whole range are pushed the first time only: one column, three blocks.
    const biases = all / example.tokens;
    expect(after).toBeLessThanOrEqual(all / blocks + biases);
    expect(after).toBeLessThan(all);
    session.dispose();
  });

  test('another rule or another beginning shares nothing', async () => {
    const { backend, spent } = spyingBackend();
    const { question, session, run } = await asked(example, backend);
    await inMap(question, whole);
    for (const scope of [{ ...whole, gateRule: 'up' } as const, { range: [1, blocks], gateRule: 'half' } as const]) {
      spent();
      const found = await inMap(question, scope);
      expect(spent()).toBeGreaterThan(0);
      run.kept.clear();
      close(found.data, (await inMap(question, scope)).data, 'in');
    }
    session.dispose();
  });

  test('all of it is freed with the run', async () => {
    const { backend } = spyingBackend();
    const { question, session, run } = await asked(example, backend);
    await inMap(question, whole);
    const ids = run.ids;
    await session.run(ids, () => {});
    const fresh = backend.memory().live;
    const again = { ...question, run: session.current() };
    await inMap(again, whole);
    expect(backend.memory().live).toBeGreaterThan(fresh);
    await session.run(ids, () => {});
    expect(backend.memory().live).toBe(fresh);
    session.dispose();
    expect(backend.memory().live).toBe(0);
  });

  test('the peak that a plan tells is what is then alive, kept contributions included', async () => {
    const { backend } = spyingBackend();
    const { question, session } = await asked({ ...example, tokens: 9 }, backend);
    const before = backend.memory().live;
    backend.resetPeak();
    const { plan } = await inMap(question, whole);
    const measured = backend.memory().peak - before;
    expect(Math.abs(plan.peakBytes / measured - 1)).toBeLessThan(0.1);
    session.dispose();
  });
});
