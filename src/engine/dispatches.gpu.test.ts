// How much is recorded for one block of a model: dispatches of each reading, compute passes, bind groups. Counted as the difference between two
// ranges (or two models) that differ by one block. More than is written here is a step back: each dispatch costs a device some microseconds.

import { describe, expect, it } from 'vitest';
import type { RecorderCounts } from '../gpu/recorder';
import { openChanged } from './testing/engines';
import { readGolden } from './testing/golden';
import { openWatchedDevice } from './testing/watchedDevice';

const { backend, opened } = await openWatchedDevice();
const count = async (work: () => Promise<unknown>): Promise<RecorderCounts> => {
  const before = backend.counts();
  await work();
  await backend.finish();
  const after = backend.counts();
  const difference = (key: keyof RecorderCounts) => after[key] - before[key];
  return {
    dispatches: difference('dispatches'),
    passes: difference('passes'),
    submissions: difference('submissions'),
    bindGroups: difference('bindGroups'),
  };
};

const cases = [
  { family: 'gpt2', entry: 'n_layer', most: { run: 12, push: 7, pull: 7 } },
  { family: 'llama', entry: 'num_hidden_layers', most: { run: 15, push: 7, pull: 7 } },
] as const;

describe.each(cases)('$family', ({ family, entry, most }) => {
  const path = `fixtures/tiny/${family}`;
  const { ids } = readGolden(family);
  const open = (blocks: number) => openChanged(path, { [entry]: blocks }, 'webgpu', async () => opened);

  it('few dispatches a block, one pass a submission, and bind groups found again', async () => {
    const two = await open(2);
    const runOfTwo = await count(() => two.run({ ids }));
    two.dispose();
    const engine = await open(3);
    const run = await count(() => engine.run({ ids }));
    const range = (from: number) => ({ range: [from, 3], gateRule: 'up' }) as const;
    const map = (from: number) => count(() => engine.map({ map: 'out', ...range(from) }));
    const output = (from: number) => count(() => engine.output(range(from)));
    const [whole, later] = [await map(0), await map(1)];
    const [bias, laterBias] = [await output(0), await output(1)];
    const found = {
      run: run.dispatches - runOfTwo.dispatches,
      push: bias.dispatches - laterBias.dispatches,
      pull: whole.dispatches - later.dispatches,
    };
    console.log(`measured: ${family}, dispatches a block:`, JSON.stringify(found));
    console.log(`measured: ${family}, run and out map of 3 blocks:`, JSON.stringify({ run, whole }));
    expect(found.run).toBeLessThanOrEqual(most.run);
    expect(found.push).toBeLessThanOrEqual(most.push);
    expect(found.pull).toBeLessThanOrEqual(most.pull);
    for (const { passes, submissions } of [run, whole, later]) expect(passes).toBeLessThanOrEqual(submissions);
    const again = await map(0);
    expect(again.bindGroups).toBe(0);
    engine.dispose();
  });
});
