// Two runs next to each other: each question is answered for its own run, and neither disturbs the other.

import { afterAll, describe, expect, it } from 'vitest';
import { openFolder } from './testing/engines';

const { engine } = await openFolder('public/models/tiny-world', 'webgpu');
afterAll(() => engine.dispose());
const scope = { range: [0, 4], gateRule: 'half' } as const;
const map = (run?: 'beside') => engine.map({ map: 'in_out', ...scope }, run ? { run } : {});

describe('a run beside the latest one', () => {
  it('answers like a run of its own, bit by bit, and leaves the latest alone', async () => {
    const [left, right] = ['people in iverton speak', 'the river of iverton is called'];
    await engine.run({ text: right });
    const alone = await map();
    await engine.run({ text: left });
    const before = await map();
    const { tokens } = await engine.runBeside({ text: right });
    const beside = await map('beside');
    expect(beside.matrix.rows.length).toBe(tokens.length);
    expect(beside.matrix.data).toEqual(alone.matrix.data);
    expect((await map()).matrix.data).toEqual(before.matrix.data);
  });

  it('is asked for before it is there: a sentence', async () => {
    const { engine: fresh } = await openFolder('public/models/tiny-world', 'webgpu');
    await fresh.run({ text: 'people in iverton speak' });
    await expect(fresh.map({ map: 'in', ...scope }, { run: 'beside' })).rejects.toThrow(/no run yet/);
    fresh.dispose();
  });

  it('a newer run in one place cancels that place only', async () => {
    await engine.run({ text: 'people in iverton speak' });
    await engine.runBeside({ text: 'the river of iverton is called' });
    const [latest, beside] = [map(), map('beside')];
    beside.catch(() => {});
    await engine.runBeside({ text: 'people in iverton speak' });
    await expect(beside).rejects.toMatchObject({ code: 'cancelled' });
    expect((await latest).matrix.rows.length).toBeGreaterThan(0);
  });

  it('nothing is left on the device when both are gone', async () => {
    await engine.runBeside({ text: 'people' });
    await engine.run({ text: 'people' });
    const small = engine.memory().live;
    await engine.runBeside({ text: 'the river of iverton is called' });
    await map('beside');
    expect(engine.memory().live).toBeGreaterThan(small);
    await engine.runBeside({ text: 'people' });
    expect(engine.memory().live).toBe(small);
  });
});
