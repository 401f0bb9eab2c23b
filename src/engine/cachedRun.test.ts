// Going on token by token gives what a whole run gives, for every family of decoders: windows, ALiBi, rotary positions, grouped heads, parallel and
// post-norm blocks. Keys and values are kept; nothing is left over.

import { describe, expect, it } from 'vitest';
import { folderFiles } from '../models/folder';
import { loadModel } from '../models/load';
import { keptBytes } from '../program/cachedRun';
import { weightNeeds } from '../program/weightNeeds';
import { relativeError } from '../tensor/compare';
import { createReferenceBackend } from './backends/reference';
import { createSession } from './session';
import { decoders, expectGoesOn, fixtures, outputs } from './testing/cachedRuns';

it('there are decoders of every family', () => {
  expect(decoders.length).toBeGreaterThanOrEqual(25);
  for (const name of [
    'bloom',
    'gpt2',
    'llama',
    'mistral',
    'gemma2',
    'gptj',
    'falcon',
    'opt_post_norm',
    'qwen3_window',
  ]) {
    expect(decoders).toContain(name);
  }
});

// The same sums in another order, in float64.
it.each(decoders)('%s goes on as it runs', (name) => expectGoesOn(name, createReferenceBackend(), 1e-10));

describe('a text longer than what is kept at a time', () => {
  it('grows, and goes through in several passes', async () => {
    const { program, weights } = await loadModel(folderFiles(`${fixtures}/llama`));
    const session = await createSession({ ...program, contextLength: 400 }, weights, createReferenceBackend());
    const ids = Array.from({ length: 300 }, (_, at) => (13 * at + 1) % program.vocab);
    const whole = await outputs(session, ids);
    const start = session.backend.memory().live;
    const run = await session.cached();
    for (const [from, to] of [
      [0, 290],
      [290, 291],
      [291, 300],
    ] as const) {
      const y = await run.append(ids.slice(from, to), () => {});
      const found = await session.backend.read(y.data);
      session.backend.free(y.data);
      const expected = whole.slice((to - 1) * program.dModel, to * program.dModel);
      expect(relativeError(found, expected)).toBeLessThanOrEqual(1e-10);
    }
    // Keys, values, and the two tables of positions.
    const half = program.ops.flatMap((op) => (op.kind === 'pattern' && op.rotary ? [op.rotary.rotaryDim / 2] : []))[0]!;
    expect(session.backend.memory().live - start).toBe(keptBytes(program, 300, 8) + 2 * 320 * half * 8);
    run.dispose();
    expect(session.backend.memory().live).toBe(start);
    session.dispose();
  });

  it('reads weights that do not all stay on the device as it goes', async () => {
    const { program, weights } = await loadModel(folderFiles('public/models/tiny-world'));
    const ids = [5, 30, 60, 7];
    const needs = weightNeeds(program, createReferenceBackend());
    const found: (Float32Array | Float64Array)[] = [];
    for (const memoryBudget of [null, Math.floor(needs.total / 2)]) {
      const session = await createSession(program, weights, createReferenceBackend(), { memoryBudget });
      expect(session.streaming === null).toBe(memoryBudget === null);
      const run = await session.cached();
      session.backend.free((await run.append(ids.slice(0, 3), () => {})).data);
      const y = await run.append(ids.slice(3), () => {});
      found.push(await session.backend.read(y.data));
      session.backend.free(y.data);
      run.dispose();
      session.dispose();
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('frees everything when it is stopped in the middle', async () => {
    const { program, weights } = await loadModel(folderFiles(`${fixtures}/gemma2`));
    const session = await createSession(program, weights, createReferenceBackend());
    const before = session.backend.memory().live;
    const run = await session.cached();
    let steps = 0;
    const stop = () => {
      if (++steps === 9) throw new Error('stopped');
    };
    await expect(run.append([1, 2, 3], stop)).rejects.toThrow('stopped');
    expect(session.backend.memory().live).toBe(before);
    await expect(run.append([1], () => {})).rejects.toThrow('this run has ended');
    session.dispose();
    expect(session.backend.memory().live).toBe(0);
  });
});
