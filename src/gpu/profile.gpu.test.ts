// Profiles: what is counted, that times are there, and that nothing is measured unless it is asked for.

import { expect, it, vi } from 'vitest';
import { createWebGpuBackend } from '../engine/backends/webgpu';
import { testDevice } from '../kernels/testing/device';
import { randomArray, seededRandom } from '../tensor/random';
import { createProfile } from './profile';

const side = 64;

/** `times` products of the same two matrices; the last one's numbers. */
async function multiply(backend: Awaited<ReturnType<typeof createWebGpuBackend>>, times: number) {
  const numbers = randomArray(side * side, seededRandom(7));
  const data = backend.upload(numbers, [side, 1, side], 'A');
  const weight = backend.upload(numbers, [side, side], 'B');
  const z = { firstToken: 0, tokens: side, columns: 1, channels: side, data };
  const products = Array.from({ length: times }, () => backend.linear(z, weight, 'inOut', null).data);
  const last = await backend.read(products.at(-1)!);
  for (const array of [data, weight, ...products]) backend.free(array);
  return last;
}

it('counts every dispatch of a kernel over several submissions, with its time, text and overrides; and forgets what was taken', async () => {
  const plain = await createWebGpuBackend(testDevice);
  const profiled = await createWebGpuBackend(testDevice, { createProfile });
  const profile = profiled.profile!;
  try {
    await profile.take();
    const before = profiled.counts();
    const times = 150; // more than two submissions hold
    expect(await multiply(profiled, times)).toEqual(await multiply(plain, 1));
    const uses = await profile.take();
    const dispatches = profiled.counts().dispatches - before.dispatches;
    expect(uses.reduce((sum, use) => sum + use.dispatches, 0)).toBe(dispatches);
    expect(profiled.counts().submissions - before.submissions).toBeGreaterThan(2);
    const [product] = uses;
    expect(product!.dispatches).toBeGreaterThanOrEqual(times);
    expect(product!.wgsl).toContain(`fn ${product!.name}`);
    expect(product!.constants.workgroupSize).toBeGreaterThan(0);
    // SwiftShader measures; a device that does not says so.
    if (profile.timed) expect(uses.every(({ seconds }) => Number.isFinite(seconds) && seconds! >= 0)).toBe(true);
    else expect(uses.every(({ seconds }) => seconds === null)).toBe(true);
    expect(profile.timed).toBe(testDevice.device.features.has('timestamp-query'));
    expect(await profile.take()).toEqual([]);
  } finally {
    plain.dispose();
    profiled.dispose();
  }
});

it('without one there are no queries, and a pass holds many dispatches', async () => {
  const queries = vi.spyOn(testDevice.device, 'createQuerySet');
  const plain = await createWebGpuBackend(testDevice);
  try {
    const before = plain.counts();
    await multiply(plain, 20);
    const after = plain.counts();
    expect(plain.profile).toBeNull();
    expect(queries).not.toHaveBeenCalled();
    expect(after.passes - before.passes).toBeLessThan((after.dispatches - before.dispatches) / 5);
  } finally {
    queries.mockRestore();
    plain.dispose();
  }
});
