// Every order of contraction gives the same map, on random small models in float64: contributions pushed, cotangents pulled, and the slabs of the
// operator itself contracted on the host. And what one question leaves on the device changes no later answer, only its price.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Backend, Signal } from '../../program/backend';
import { relativeError } from '../../tensor/compare';
import { randomArray, seededRandom } from '../../tensor/random';
import { sizeOf } from '../../tensor/shape';
import { createReferenceBackend } from '../backends/reference';
import type { Scope } from '../protocol';
import { askedOf as asked, families } from '../testing/smallModels';
import { type ContributionsOrder, contributions } from './contributions';
import { outputDirections } from './explained';
import { inClassMap, inMap, inOutMap, normMap, outMap, planExact, traceMap } from './maps';
import type { Question } from './question';
import { contributionsOf, normsOf, readAlong, sliceOf } from './slice';

/** Sums of some hundred terms in float64, through a few blocks. */
const tolerance = 1e-10;

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

/** Ways through the same pass: the diagonal start written out or not, sublayers merged or not, sources in chunks. */
const ways: readonly ContributionsOrder[] = [
  { written: true, merge: false, width: 1 },
  { written: true, merge: true },
  { merge: false },
  { merge: true },
  { merge: true, width: 2 },
  { merge: false, width: 3 },
  {},
];

describe('ways through one order', () => {
  test('give the same contributions in float64, each of them complete', async () => {
    await fc.assert(
      fc.asyncProperty(examples, async (example) => {
        const { question, session, run } = await asked(example, createReferenceBackend());
        const { backend } = session;
        const { range, gateRule } = example;
        const readOut = range[1] === blocks ? 'output' : 'none';
        const direction = randomArray(session.program.dModel * example.tokens, seededRandom(example.seed + 2));
        const data = backend.upload(direction, [example.tokens, 1, session.program.dModel], 'direction');
        const along = { firstToken: 0, tokens: example.tokens, columns: 1, channels: session.program.dModel, data };
        const found = [];
        const live = backend.memory().live;
        for (const way of [{ written: true, merge: false }, ...ways]) {
          run.kept.clear();
          const collapses = [(z: Signal) => backend.sumSquares(z), (z: Signal) => backend.dot(z, along)];
          const { maps, completeness } = await contributions(question, { range, gateRule }, readOut, collapses, way);
          expect(completeness, JSON.stringify(way)).toBeLessThan(tolerance);
          found.push({ maps, way });
        }
        run.kept.clear();
        expect(backend.memory().live).toBe(live);
        for (const { maps, way } of found)
          for (const [n, map] of maps.entries())
            close(map, found[0]!.maps[n]!, `${JSON.stringify(way)}, collapse ${n}`);
        session.dispose();
      }),
      { numRuns: 40, seed: 6 },
    );
  }, 60_000);

  test('give the same exact norm and trace maps, which are those of the slices', async () => {
    await fc.assert(
      fc.asyncProperty(examples, async (example) => {
        const { question, session } = await asked(example, createReferenceBackend());
        const { range, gateRule } = example;
        const scope = { range, gateRule };
        const plain = await normMap(question, scope, false);
        close((await normMap(question, scope, true)).data, plain.data, 'norm, merged');
        close((await normMap(question, scope)).data, plain.data, 'norm');
        close((await traceMap(question, scope, true)).data, (await traceMap(question, scope, false)).data, 'trace');
        const token = example.tokens - 1;
        const norms = normsOf(await sliceOf(question, scope, token));
        const row = plain.data.subarray(token * example.tokens);
        expect(relativeError(norms, row)).toBeLessThan(singleTolerance);
        session.dispose();
      }),
      { numRuns: 20, seed: 7 },
    );
  }, 60_000);

  test('plans say in words which one was chosen, and merging pays for exact norms only', async () => {
    const { question, session } = await asked({ family: 'gpt2', seed: 5, tokens: 9 }, createReferenceBackend());
    const whole: Scope = { range: [0, blocks], gateRule: 'half' };
    const { plan, merging } = await planExact(question, whole);
    const plain = (await planExact(question, whole, false)).plan;
    expect(plan.description).toBe('8 cotangents for each of 9 output tokens, FFNs merged per token');
    expect(merging.segments.map(({ merged }) => merged.stage)).toEqual([0, 1, 'final']); // the last takes the final norm with it
    expect(plan.flops).toBeLessThan(0.75 * plain.flops);
    expect((await inMap(question, whole)).plan.description).not.toContain('merged');
    session.dispose();
  });
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
    // One of the two blocks behind the first, which is cheaper. The biases of the whole range are pushed the first time only: one column, three blocks.
    const biases = all / example.tokens;
    expect(after).toBeLessThanOrEqual(all / 2 + biases);
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
