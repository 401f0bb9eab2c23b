// Weights that do not fit: with a third of their size the same numbers, bit by bit, as with all of them, and never more on the device than was
// allowed: weights, trace and passes together. What else there is to test needs no GPU: streaming.test.ts.

import { afterAll, describe, expect, it } from 'vitest';
import { nodeGpu } from '../gpu/nodeGpu';
import { openBackend } from './devices';
import type { Engine } from './engine';
import type { LayerRange } from './protocol';
import { createTestEngine } from './testing/engines';

const tinyWorld = 'public/models/tiny-world';
const ids = [5, 30, 60, 90];
const blocks = 4;

describe.each(['webgpu', 'reference'] as const)('a third of the weights on %s', (device) => {
  const engines: Engine[] = [];
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });
  async function open(memoryBudget: number | null) {
    const opened = await openBackend(device, nodeGpu);
    const engine = createTestEngine(async () => opened);
    engines.push(engine);
    const info = await engine.open({ model: { kind: 'folder', path: tinyWorld }, device, memoryBudget });
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
    const [expected, found] = [await answers(whole.engine), await answers(part.engine)];
    expect(part.backend.memory().peak).toBeLessThanOrEqual(budget);
    for (const key of Object.keys(expected)) expect(found[key], key).toEqual(expected[key]);
    if (device === 'webgpu') expect(await part.engine.checkLogits(null)).toEqual(await whole.engine.checkLogits(null));
  });
});

async function answers(engine: Engine): Promise<Record<string, unknown>> {
  const range: LayerRange = [0, blocks];
  const scope = { range, gateRule: 'half' } as const;
  const target = { token: ids.length - 1, class: null, direction: { kind: 'centred' } } as const;
  const { predictions } = await engine.run({ ids });
  const row = await engine.row({ ...scope, targets: [target] });
  const map = await engine.map({ map: 'in', ...scope });
  const pair = await engine.pair({ ...scope, token: 3, source: 2, directions: 2 });
  return {
    predictions,
    row: row.contributions,
    bias: row.bias,
    map: map.matrix.data,
    completeness: map.fidelity.completeness,
    pair: pair.matrix.data,
    reads: pair.directions,
    slice: await engine.sliceOf(3, scope),
  };
}
