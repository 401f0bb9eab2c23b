// The measurement of a device: rates that can be used, on both devices, in a fraction of a second, with nothing left behind.

import { describe, expect, test } from 'vitest';
import { backendsUnderTest } from '../program/testing/backends';
import { calibrate, smoothed } from './calibrate';
import { createRatesKeeper, taught } from './deviceRates';

describe.each(backendsUnderTest)('a calibration on $kind', ({ create }) => {
  test('measures every kind of work, larger work taking longer in the end, and frees what it made', async () => {
    const backend = await create();
    const before = backend.memory().live;
    const rates = await calibrate(backend);
    expect(backend.memory().live).toBe(before);
    expect(rates.wait).toBeGreaterThan(0);
    expect(rates.overhead).toBeGreaterThanOrEqual(0);
    for (const [kind, points] of Object.entries(rates.curves)) {
      expect(points.length, kind).toBeGreaterThan(0);
      for (const { size, seconds } of points) {
        expect(size, kind).toBeGreaterThan(0);
        expect(seconds, kind).toBeGreaterThan(0);
        expect(seconds, kind).toBeLessThan(10);
      }
      expect(points.map(({ size }) => size)).toEqual(points.map(({ size }) => size).toSorted((a, b) => a - b));
    }
  });

  test('stops when it is told to, and frees what it made', async () => {
    const backend = await create();
    const before = backend.memory().live;
    const abort = new AbortController();
    const measurement = calibrate(backend, abort.signal);
    abort.abort();
    await expect(measurement).rejects.toMatchObject({ code: 'cancelled' });
    expect(backend.memory().live).toBe(before);
  });
});

test('what questions have taken moves the pace towards measured ÷ priced, step by step and within bounds', () => {
  const rates = { overhead: 0, wait: 0, curves: {} } as unknown as Parameters<typeof taught>[0];
  expect(taught(rates, 1, 0.001)).toBe(rates); // too short to teach
  expect(taught(rates, 0, 1)).toBe(rates);
  let now = rates;
  for (let i = 0; i < 20; i++) now = taught(now, now.pace ?? 1, 3);
  expect(now.pace).toBeCloseTo(3, 3);
  for (let i = 0; i < 20; i++) now = taught(now, now.pace!, 1e6);
  expect(now.pace).toBe(16);
});

test('a disturbed point gives way to its neighbours, others stay', () => {
  const points = [
    { size: 1, seconds: 50 },
    { size: 10, seconds: 20 },
    { size: 100, seconds: 900 },
    { size: 1000, seconds: 1500 },
  ];
  expect(smoothed(points).map(({ seconds }) => seconds)).toEqual([20, 20, 200, 1500]);
});

describe('when a device is measured', () => {
  const reference = backendsUnderTest[0]!;

  test('in the pause after a question, not before and not while another is asked', async () => {
    const keeper = createRatesKeeper(await reference.create(), 'a device of this test');
    const [endFirst, endSecond] = [keeper.begin(), keeper.begin()];
    endFirst();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(keeper.rates()).toBeNull();
    endSecond();
    expect(keeper.rates()).toBeNull();
    await expect.poll(keeper.rates, { timeout: 20_000 }).not.toBeNull();
    keeper.dispose();
  });

  test('a price is not kept waiting for a device that is busy', async () => {
    const keeper = createRatesKeeper(await reference.create(), 'a busy device');
    const end = keeper.begin();
    expect(await keeper.measured()).toBeNull();
    end();
    expect(await keeper.measured()).not.toBeNull();
    keeper.dispose();
  });

  test('a device of the same name is measured once', async () => {
    const first = createRatesKeeper(await reference.create(), 'a device met twice');
    const rates = await first.measured();
    first.dispose();
    const second = createRatesKeeper(await reference.create(), 'a device met twice');
    expect(second.rates()).toBe(rates);
    second.dispose();
  });

  test('a question alone on the device teaches its pace, one beside another does not', async () => {
    const keeper = createRatesKeeper(await reference.create(), 'a device that learns');
    await keeper.measured();
    const end = keeper.begin();
    const endOther = keeper.begin();
    keeper.learn(1, 4);
    expect(keeper.rates()!.pace).toBeUndefined();
    endOther();
    keeper.learn(1, 4);
    expect(keeper.rates()!.pace).toBeCloseTo(2, 9);
    end();
    keeper.dispose();
  });
});
