// Maps from probes and of singular values on the GPU: the numbers of the float64 reference from the same probes, and nothing left behind.

import { beforeAll, expect, it } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { MapRequest, Scope } from './protocol';
import { openFolder } from './testing/engines';

const model = 'public/models/tiny-world';
const scope: Scope = { range: [0, 4], gateRule: 'half' };
/** f32 through four blocks; a trace is a sum of terms that cancel. */
const tolerance = 1e-4;

const requests: readonly MapRequest[] = [
  { map: 'norm', probes: 16, ...scope },
  { map: 'norm', probes: 40, ...scope },
  { map: 'trace', probes: 40, ...scope },
  { map: 'trace', ...scope },
  { map: 'trace', probes: 112, ...scope },
  { map: 'spectral', ...scope },
  { map: 'nuclear', ...scope },
];

let gpu: Engine; // one for all tests: making one takes longer than they do
let reference: Engine;

beforeAll(async () => {
  gpu = (await openFolder(model, 'webgpu')).engine;
  reference = (await openFolder(model, 'reference')).engine;
});

it('every matrix-valued map agrees with the reference, and no array stays', async () => {
  await gpu.run({ text: 'john lives' });
  await reference.run({ text: 'john lives' });
  const before = gpu.memory().live;
  for (const request of requests) {
    const found = await gpu.map(request);
    const expected = await reference.map(request);
    const name = JSON.stringify(request);
    expect(relativeError(found.matrix.data, expected.matrix.data), name).toBeLessThanOrEqual(tolerance);
    expect(found.estimate?.probes, name).toBe(expected.estimate?.probes);
    if (expected.estimate) {
      // Bands are differences of nearly equal sums.
      expect(relativeError(found.estimate!.band, expected.estimate.band), name).toBeLessThanOrEqual(10 * tolerance);
    }
    expect(gpu.memory().live, name).toBe(before);
  }
});

it.each(requests)('$map, probes $probes, cancelled under way leaves nothing behind', async (request) => {
  await gpu.run({ text: 'when mary and john went to the shop , john gave a drink to' });
  const before = gpu.memory().live;
  const job = new AbortController();
  const call = gpu.map(request, { signal: job.signal, onProgress: () => job.abort() });
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  expect(gpu.memory().live).toBe(before);
});
