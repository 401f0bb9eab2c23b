// Weights that do not fit: with a third of their size the same numbers, bit by bit (exact norms to rounding), as with all of them, and never more on the device than was
// allowed: weights, trace and passes together. What else there is to test needs no GPU: streaming.test.ts.

import { afterAll, describe, expect, it } from 'vitest';
import { nodeGpu } from '../gpu/nodeGpu';
import { relativeError } from '../tensor/compare';
import { openBackend } from './devices';
import type { Engine } from './engine';
import { createTestEngine } from './testing/engines';
import { allQuestions } from './testing/questions';

const path = 'fixtures/tiny/gpt2';
const ids = [3, 7, 1];
const blocks = 3;

/** Exact norms go through sublayers merged to matrices where there is room for these, else op by op: a few dozen roundings of 2⁻²⁴ apart. */
const merging = 2e-6;
const numbersIn = (answer: unknown) => (answer as readonly ArrayLike<number>[])[0]!;

describe.each(['webgpu', 'reference'] as const)('a third of the weights on %s', (device) => {
  const engines: Engine[] = [];
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });
  async function open(memoryBudget: number | null) {
    const opened = await openBackend(device, nodeGpu);
    const engine = createTestEngine(async () => opened);
    engines.push(engine);
    const info = await engine.open({ model: { kind: 'folder', path }, device, memoryBudget });
    return { engine, info, backend: opened.backend };
  }

  it('gives the same numbers and stays within the budget', async () => {
    const whole = await open(null);
    expect(whole.info.weights!.streamed).toBeUndefined();
    const budget = Math.floor(whole.info.weights!.bytes / 3);
    const part = await open(budget);
    expect(part.info.weights).toMatchObject({ bytes: whole.info.weights!.bytes, streamed: { budget } });
    expect(part.info.weights!.streamed!.bytes).toBeGreaterThan(budget / 4);

    part.backend.resetPeak();
    expect((await part.engine.run({ ids })).predictions).toEqual((await whole.engine.run({ ids })).predictions);
    for (const { name, ask } of allQuestions(blocks, ids.length - 1)) {
      if (device === 'reference' && name === 'checkLogits') continue; // it is the reference itself
      const [found, expected] = [await ask(part.engine), await ask(whole.engine)];
      if (name === 'map norm') expect(relativeError(numbersIn(found), numbersIn(expected)), name).toBeLessThan(merging);
      else expect(found, name).toEqual(expected);
    }
    expect(part.backend.memory().peak).toBeLessThanOrEqual(budget);
  });
});
