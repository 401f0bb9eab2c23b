// Going on token by token gives what a whole run gives, on the GPU: cachedRun.test.ts says more.

import { expect, it } from 'vitest';
import { openDevice } from '../gpu/device';
import { nodeGpu } from '../gpu/nodeGpu';
import { createWebGpuBackend } from './backends/webgpu';
import { decoders, expectGoesOn } from './testing/cachedRuns';

const device = await openDevice(await nodeGpu());

it('there are decoders', () => {
  expect(decoders.length).toBeGreaterThanOrEqual(25);
});

// float32: exp, and sums of two or three blocks in another order.
it.each(decoders)('%s goes on as it runs', async (name) => {
  const backend = await createWebGpuBackend(device);
  await expectGoesOn(name, backend, 2e-5);
  backend.dispose();
});
