// Cancellation at any moment, and what it leaves behind: every place at which a computation looks whether it is still wanted is hit once, and long
// random sequences of requests, cancellations and disposals give back every byte.

import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../tensor/random';
import type { Engine } from './engine';
import { createTestEngine } from './testing/engines';
import { allQuestions } from './testing/questions';
import { openWatchedDevice } from './testing/watchedDevice';

/** The smallest encoder, and a decoder. */
const encoder = { kind: 'folder', path: 'fixtures/tiny/bert_gelu_new', blocks: 2 } as const;
const decoder = { kind: 'folder', path: 'fixtures/tiny/gpt2', blocks: 3 } as const;
const prompt = { ids: [3, 7, 1] };
const watched = await openWatchedDevice();
const { backend, buffers } = watched;
const bare = buffers();

/** A signal that is aborted when it is looked at for the `count`-th time (from 0), by the very look. */
function abortedAtLook(count: number): { readonly signal: AbortSignal; looks(): number } {
  const abort = new AbortController();
  let looks = 0;
  Object.defineProperty(abort.signal, 'aborted', {
    get() {
      if (looks++ === count) abort.abort();
      return looks > count;
    },
  });
  return { signal: abort.signal, looks: () => looks };
}

/** Everything that the device still does, and every reaction to a rejection, is over. */
async function settle(): Promise<void> {
  await backend.finish();
  await new Promise((resolve) => setTimeout(resolve));
}

async function openEngine(model: typeof encoder | typeof decoder): Promise<Engine> {
  const engine = createTestEngine(async () => watched.opened);
  await engine.open({ model, device: 'webgpu' });
  return engine;
}

describe.each([encoder, decoder])('$path: cancelled at every look', (model) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(model);
    return () => engine.dispose();
  });

  it.each(allQuestions(model.blocks, 2))(
    '$name: a UserError each time, no byte lost, and the next answer has the same bits',
    async ({ ask }) => {
      await engine.run(prompt);
      const expected = await ask(engine);
      await engine.run(prompt);
      const { live } = backend.memory();
      let looks = 0;
      for (let answered = false; !answered; looks++) {
        const abort = abortedAtLook(looks);
        const result = await ask(engine, { signal: abort.signal }).then(
          () => 'answered',
          (error) => error,
        );
        answered = abort.looks() <= looks;
        if (answered) expect(result).toBe('answered');
        else expect(result, `look ${looks}`).toMatchObject({ name: 'UserError', code: 'cancelled' });
      }
      expect(looks).toBeGreaterThan(2); // before and after, at least
      expect(await ask(engine)).toEqual(expected);
      await engine.run(prompt);
      await settle();
      expect(backend.memory().live).toBe(live);
    },
  );

  it('run: a UserError each time, no byte lost, and the next run has the same bits', async () => {
    await engine.run(prompt);
    const expected = await engine.logits();
    const { live } = backend.memory();
    let looks = 0;
    for (let answered = false; !answered; looks++) {
      const abort = abortedAtLook(looks);
      const result = await engine.run(prompt, { signal: abort.signal }).then(
        () => 'answered',
        (error) => error,
      );
      answered = abort.looks() <= looks;
      if (answered) expect(result).toBe('answered');
      else expect(result, `look ${looks}`).toMatchObject({ name: 'UserError', code: 'cancelled' });
    }
    expect(looks).toBeGreaterThan(10 * model.blocks); // after every op
    expect(await engine.logits()).toEqual(expected);
    expect(backend.memory().live).toBe(live);
  });
});

it('200 random sequences of requests, cancellations and disposals return every byte and buffer', async () => {
  const random = seededRandom(20261122);
  const below = (count: number) => Math.floor(random() * count);
  const questions = allQuestions(encoder.blocks, 2);
  await settle();
  const outcomes = { answered: 0, cancelled: 0 };
  const strange: unknown[] = [];
  let engine = await openEngine(encoder);
  await engine.run(prompt);
  const { live } = backend.memory();

  for (let sequence = 0; sequence < 200; sequence++) {
    const asked: Promise<unknown>[] = [];
    const asking = (call: Promise<unknown>) =>
      asked.push(
        call.then(
          () => outcomes.answered++,
          (error) => {
            if (error?.name === 'UserError' && ['cancelled', 'bad-request'].includes(error.code)) outcomes.cancelled++;
            else strange.push(error);
          },
        ),
      );
    const aborts: AbortController[] = [];
    for (let step = 1 + below(2); step > 0; step--) {
      const early = random() < 0.5;
      const abort = new AbortController();
      aborts.push(abort);
      const options = { signal: early ? abortedAtLook(below(60)).signal : abort.signal };
      asking(questions[below(questions.length)]!.ask(engine, options));
      for (let wait = below(40); wait > 0; wait--) await Promise.resolve();
      if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve));
      if (random() < 0.3) asking(engine.run(prompt, random() < 0.5 ? { signal: abort.signal } : {}));
    }
    for (const abort of aborts) if (random() < 0.6) abort.abort();
    if (random() < 0.1) {
      const opening = engine.open({ model: encoder, device: 'webgpu' });
      if (random() < 0.5) asking(engine.run(prompt));
      asking(opening);
    }
    if (random() < 0.1) {
      engine.dispose();
      await Promise.all(asked);
      await settle();
      expect(backend.memory().live, `sequence ${sequence}`).toBe(0);
      engine = await openEngine(encoder);
    }
    await Promise.all(asked);
    await engine.run(prompt);
    await settle();
    expect(backend.memory().live, `sequence ${sequence}`).toBe(live);
  }
  expect(strange).toEqual([]);
  expect(outcomes.answered).toBeGreaterThan(50);
  expect(outcomes.cancelled).toBeGreaterThan(50);
  engine.dispose();
  await settle();
  expect(backend.memory().live).toBe(0);
  // What the pool keeps for reuse is all that is there: no read-back buffer was forgotten.
  expect(buffers().bytes - bare.bytes).toBe(backend.memory().held);
  backend.dispose();
  expect(buffers()).toEqual({ count: 0, bytes: 0 });
});
