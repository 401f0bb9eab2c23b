// The whole engine on a device with the least limits that WebGPU promises: 128 MiB in a binding, 256 MiB in a buffer, 8 storage buffers a stage,
// 16 KiB of workgroup memory, 256 invocations. Same golden results, and a sentence where something does not fit.

import { beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { LayerRange, Scope, Target } from './protocol';
import { createTestEngine } from './testing/engines';
import { readGolden } from './testing/golden';
import { openWatchedDevice } from './testing/watchedDevice';

const least = {
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
};
const watched = await openWatchedDevice('default');
/** The same bars as on a device with its own limits: nothing is computed otherwise. */
const [tolerance, exact] = [1e-4, 1e-5];

it('has the least limits and no more', () => {
  expect(watched.gpu.device.limits).toMatchObject(least);
  expect(watched.backend.maxArrayBytes).toBe(least.maxStorageBufferBindingSize);
});

describe.each(['gpt2', 'llama', 'bert', 'vit'])('%s', (family) => {
  const golden = readGolden(family);
  const whole: LayerRange = [0, golden.blocks];
  const scope: Scope = { range: whole, gateRule: 'up' };
  let engine: Engine;
  let readToken: number | undefined;

  beforeAll(async () => {
    engine = createTestEngine(async () => watched.opened);
    ({ readToken } = await engine.open({
      model: { kind: 'folder', path: `fixtures/tiny/${family}` },
      device: 'webgpu',
    }));
    await engine.run(golden.input);
    return () => engine.dispose();
  });

  const close = (actual: ArrayLike<number>, key: string) =>
    expect(relativeError(actual, golden.tensor(key)), key).toBeLessThanOrEqual(tolerance);

  it('runs', async () => {
    for (let block = 0; block <= golden.blocks; block++) close(await engine.hidden(block), `hidden.${block}`);
    for (let block = 0; block < golden.blocks; block++) close(await engine.pattern(block), `attn.${block}`);
    close(await engine.logits(), 'logits');
    const { y, bias } = await engine.output(scope);
    close(y, 'y');
    close(bias, 'B');
  });

  it('answers with every map', async () => {
    for (const map of ['in', 'out', 'in_out', 'norm'] as const) {
      const { matrix, fidelity } = await engine.map({ map, ...scope });
      if (golden.has(map)) close(matrix.data, map);
      if (map === 'in') expect(fidelity.completeness).toBeLessThanOrEqual(exact);
    }
    const { raw, normalised } = await engine.flows(whole);
    close(raw, 'flow_raw');
    close(normalised, 'flow');
    for (const [block, rollout] of (await engine.rollouts(whole)).entries()) close(rollout, `rollout.${block}`);
  });

  it('answers with rows, layers, slices and pairs', async () => {
    const target: Target = { token: readToken ?? golden.target, class: null, direction: { kind: 'logit' } };
    const row = await engine.row({ ...scope, targets: [{ ...target, token: golden.target }] });
    close(row.contributions, 'in_class');
    for (const kind of ['from', 'upTo'] as const) {
      const { fidelity } = await engine.layers({ target, gateRule: 'up', kind });
      expect(fidelity.conservation).toBeLessThanOrEqual(exact * 10);
    }
    const token = golden.tokens - 1;
    const slice = await engine.sliceOf(token, scope);
    const expected = golden.tensor('T');
    expect(relativeError(slice, expected.subarray(token * slice.length))).toBeLessThanOrEqual(tolerance);
    const pair = await engine.pair({ ...scope, token, source: 1, directions: 2 });
    const squares = pair.singularValues.reduce((sum, value) => sum + value ** 2, 0);
    expect(Math.abs(Math.sqrt(squares) / pair.frobenius - 1)).toBeLessThanOrEqual(exact);
    expect((await engine.checkLogits(null)).error).toBeLessThanOrEqual(tolerance);
  });
});

it('an array above a binding is refused with the numbers, and what was there stays', () => {
  const { backend } = watched;
  const { live } = backend.memory();
  const numbers = least.maxStorageBufferBindingSize / 4;
  const largest = backend.zeros([numbers], 'the largest array');
  expect(() => backend.zeros([numbers + 1], 'one number more')).toThrow(
    /one number more needs 134\.2 MB.*134\.2 MB in one/,
  );
  backend.free(largest);
  expect(backend.memory().live).toBe(live);
});
