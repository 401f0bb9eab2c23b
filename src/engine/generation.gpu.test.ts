// Continuing a text: the tokens that a whole run predicts, keys and values reused, the same text for the same seed, and where it ends.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from './engine';
import type { NextToken, PromptRequest, Sampling } from './protocol';
import { createTestEngine, createTestEngineOnOneGpu, openFolder } from './testing/engines';

const greedy: Sampling = { temperature: 0, topK: null, topP: 1, seed: 1 };
const drawn: Sampling = { ...greedy, temperature: 1.3 };
const text = 'the river of dunmere is the';

async function write(engine: Engine, count: number, sampling: Sampling, prompt: PromptRequest = { text }) {
  const written: NextToken[] = [];
  for (let at = 0; at < count; at++) {
    const continuation = written.map(({ id }) => id);
    const next = await engine.nextToken({ prompt: { ...prompt, continuation } as PromptRequest, sampling });
    written.push(next);
    if (next.end !== null) break;
  }
  return written;
}

const idsOf = (written: readonly NextToken[]) => written.map(({ id }) => id);

describe('a continuation', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngineOnOneGpu();
    await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'webgpu' });
  });
  afterAll(() => engine?.dispose());

  it('is what whole runs predict, token by token, with the same alternatives', async () => {
    const written = await write(engine, 6, greedy);
    for (const [at, next] of written.entries()) {
      const run = await engine.run({ text, continuation: idsOf(written.slice(0, at)) });
      const predicted = run.predictions.at(-1)!;
      expect(next.id).toBe(predicted[0]!.id);
      expect(next.alternatives.map(({ id }) => id)).toEqual(predicted.map(({ id }) => id));
      for (const [k, { probability }] of next.alternatives.entries()) {
        // Two float32 passes that add in another order.
        expect(Math.abs(probability - predicted[k]!.probability)).toBeLessThan(1e-5);
      }
      expect(next.tokens).toBe(run.tokens.length);
      expect(next.reused).toBe(at === 0 ? 0 : next.tokens - 1);
    }
  });

  it('marks its tokens in a run, past the prompt and what the tokenizer adds', async () => {
    const run = await engine.run({ text, continuation: [5, 6] });
    expect(run.tokens.map(({ generated }) => generated ?? false)).toEqual([...new Array(7).fill(false), true, true]);
    expect(run.tokens.slice(-2).map(({ id }) => id)).toEqual([5, 6]);
    await expect(engine.run({ text, continuation: [100_000] })).rejects.toThrow(/There is no token 100000/);
  });

  it('is the same for the same seed, step by step and after a step back', async () => {
    const whole = await write(engine, 8, drawn);
    expect(idsOf(await write(engine, 8, drawn))).toEqual(idsOf(whole));
    const others = await Promise.all([2, 3, 4].map((seed) => write(engine, 8, { ...drawn, seed })));
    expect(new Set([whole, ...others].map((each) => idsOf(each).join())).size).toBeGreaterThan(1);
    const prompt = { text, continuation: idsOf(whole.slice(0, 3)) };
    expect((await engine.nextToken({ prompt, sampling: drawn })).id).toBe(whole[3]!.id);
  });

  it('ends with the context, in a sentence', async () => {
    const long = { text: Array.from({ length: 61 }, () => 'piano').join(' ') };
    const written = await write(engine, 10, { ...greedy, topK: 1 }, long);
    const last = written.at(-1)!;
    if (last.end === 'special') return expect(last.special).toBe(true);
    expect(last).toMatchObject({ tokens: 64, end: 'context' });
    const prompt = { ...long, continuation: idsOf(written) };
    await expect(engine.nextToken({ prompt, sampling: greedy })).rejects.toThrow(
      'The text has 64 tokens, as many as this model takes: it cannot be continued.',
    );
  });

  it('frees what it kept with the model, and when it is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    const asked = engine.nextToken({ prompt: { text }, sampling: greedy }, { signal: abort.signal });
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    const live = engine.memory().live;
    await engine.nextToken({ prompt: { text: 'the flag of brisk is' }, sampling: greedy });
    await engine.nextToken({ prompt: { text: 'the flag of brisk is' }, sampling: greedy });
    const stop = new AbortController();
    const stopped = engine.nextToken(
      { prompt: { text }, sampling: greedy },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(engine.memory().live).toBeLessThanOrEqual(live);
  });

  it.each([
    [{ ...greedy, temperature: -1 }, /temperature/],
    [{ ...greedy, topK: 0 }, /Top k/],
  ])('refuses %j', async (sampling, sentence) => {
    await expect(engine.nextToken({ prompt: { text }, sampling })).rejects.toThrow(sentence);
  });
});

it('is the same on the float64 reference', async () => {
  const [ours, theirs] = [await createTestEngineOnOneGpu(), createTestEngine()];
  const model = { kind: 'embedded', name: 'tiny-world' } as const;
  await ours.open({ model, device: 'webgpu' });
  await theirs.open({ model, device: 'reference' });
  expect(idsOf(await write(ours, 6, greedy))).toEqual(idsOf(await write(theirs, 6, greedy)));
  ours.dispose();
  theirs.dispose();
});

it('an encoder, and a model without words, are told apart', async () => {
  const { engine } = await openFolder('public/models/tiny-world-encoder', 'reference');
  await expect(engine.nextToken({ prompt: { text }, sampling: greedy })).rejects.toThrow(/reads in both directions/);
  engine.dispose();
  const { engine: wordless } = await openFolder('fixtures/tiny/gpt2', 'reference');
  await expect(wordless.nextToken({ prompt: { text }, sampling: greedy })).rejects.toThrow(/no tokenizer/);
  wordless.dispose();
});
