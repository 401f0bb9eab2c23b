// Buffers: size classes, reuse, accounting, and what happens when the device says no.

import { describe, expect, it } from 'vitest';
import { testDevice } from '../kernels/testing/device';
import { openDevice } from './device';
import { nodeGpu } from './nodeGpu';
import { createPool, sizeClass } from './pool';
import { createRecorder } from './recorder';

describe('size classes', () => {
  it('hold the bytes, are multiples of 256, grow with them and waste at most an eighth', () => {
    let last = 0;
    for (let bytes = 1; bytes < 2 ** 33; bytes = Math.ceil(bytes * 1.07) + 1) {
      const size = sizeClass(bytes);
      expect(size).toBeGreaterThanOrEqual(Math.max(bytes, last));
      expect(size % 256).toBe(0);
      if (bytes > 2048) expect(size).toBeLessThanOrEqual(bytes * 1.125);
      expect(sizeClass(size)).toBe(size);
      last = size;
    }
  });
});

describe('the pool', () => {
  it('allows no array whose numbers 32 bits cannot count, whatever the device allows', () => {
    const limits = { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40 };
    const pool = createPool({ limits } as unknown as GPUDevice, () => {});
    expect(pool.maxBytes / 4).toBe(2 ** 32 - 1);
    expect(() => pool.acquire(2 ** 34, 'too long')).toThrow(/too long needs 17,179\.9 MB.*allows 17,179\.9 MB/);
  });

  it('uses a freed buffer again, and counts live, peak and held bytes', () => {
    const pool = createPool(testDevice.device, () => {});
    const first = pool.acquire(1000, 'first');
    expect(first.used).toBe(false);
    pool.release(first);
    const second = pool.acquire(900, 'second');
    expect(second).toMatchObject({ id: first.id, used: true, bytes: 900 });
    expect(pool.memory()).toEqual({ live: 900, peak: 1000, held: 1024 });
    pool.resetPeak();
    expect(pool.memory().peak).toBe(900);
    pool.destroy();
  });

  it('gives idle buffers back before it grows far beyond what is live', () => {
    let submitted = 0;
    const pool = createPool(testDevice.device, () => submitted++);
    const size = 100 * 2 ** 20;
    for (const buffer of [1, 2, 3].map(() => pool.acquire(size, 'large'))) pool.release(buffer);
    pool.release(pool.acquire(1000, 'small'));
    expect(submitted).toBe(1);
    expect(pool.memory()).toEqual({ live: 0, peak: 3 * size, held: 1024 });
    pool.destroy();
  });
});

describe('errors of the device', () => {
  it('surface at the next wait, once, in words', async () => {
    const gpu = await openDevice(await nodeGpu());
    const recorder = createRecorder(gpu);
    gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }); // not allowed
    await expect(recorder.finish()).rejects.toMatchObject({ name: 'UserError', code: 'bad-request' });
    await expect(recorder.finish()).resolves.toBeUndefined();
  });

  it('a lost device rejects what waits and what comes after', async () => {
    const gpu = await openDevice(await nodeGpu());
    const recorder = createRecorder(gpu);
    const pool = createPool(gpu.device, () => {});
    const buffer = pool.acquire(256, 'buffer');
    gpu.destroy();
    await expect(recorder.read(buffer)).rejects.toMatchObject({ name: 'UserError', code: 'device-lost' });
  });

  it('no WebGPU and no adapter are sentences', async () => {
    await expect(openDevice({ requestAdapter: async () => null } as unknown as GPU)).rejects.toThrow(
      /no graphics adapter/,
    );
    await expect(openDevice(undefined)).rejects.toMatchObject({ code: 'no-webgpu' });
  });

  it('tells a software adapter from a graphics card', () => expect(typeof testDevice.software).toBe('boolean'));
});
