// Maps from random probes, and of singular values, against the exact ones on the float64 reference.

import { beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { MapResult, ModelInfo, ProbedMapName, Scope } from './protocol';
import { openFolder } from './testing/engines';

const prompt = { ids: [3, 1, 4, 1, 5, 9] };
const maps = ['norm', 'trace'] as const;

describe.each(['llama', 'bert'])('%s', (family) => {
  const scope: Scope = { range: [0, 2], gateRule: 'half' };
  let engine: Engine;
  let info: ModelInfo;
  const exact = {} as Record<ProbedMapName, MapResult>;
  const probed = (map: ProbedMapName, probes: number) => engine.map({ map, probes, ...scope });

  beforeAll(async () => {
    ({ engine, info } = await openFolder(`fixtures/tiny/${family}`, 'reference'));
    await engine.run(prompt);
    for (const map of maps) exact[map] = await engine.map({ map, ...scope });
  });

  test('exact maps are those of the slices', async () => {
    const { dModel } = info;
    const tokens = prompt.ids.length;
    for (let token = 0; token < tokens; token++) {
      const slice = await engine.sliceOf(token, scope);
      for (let source = 0; source < tokens; source++) {
        let trace = 0;
        let squares = 0;
        for (let d = 0; d < dModel; d++) {
          trace += slice[(d * tokens + source) * dModel + d]!;
          for (let e = 0; e < dModel; e++) squares += slice[(d * tokens + source) * dModel + e]! ** 2;
        }
        const at = token * tokens + source;
        const scale = Math.sqrt(squares);
        expect(Math.abs(exact.trace.matrix.data[at]! - trace)).toBeLessThanOrEqual(1e-6 * scale); // slices are float32
        expect(Math.abs(exact.norm.matrix.data[at]! - scale)).toBeLessThanOrEqual(1e-6 * scale);
      }
    }
    expect(exact.trace.matrix.signed).toBe(true);
  });

  test('more probes come closer, all of them are exact and no estimate any more', async () => {
    for (const map of maps) {
      const few = await probed(map, 8);
      expect(few.estimate).toMatchObject({ probes: 8, of: info.dModel, confidence: 0.95 });
      expect(few.provenance.formula).toContain(`estimated from 8 of ${info.dModel} random probes`);
      expect(relativeError(few.matrix.data, exact[map].matrix.data)).toBeLessThan(1);
      const all = await probed(map, info.dModel);
      expect(all.estimate).toBeUndefined();
      expect(relativeError(all.matrix.data, exact[map].matrix.data)).toBeLessThan(1e-6); // results are float32
    }
  });

  test('in a decoder what comes later is exactly 0, band included; elsewhere nothing is', async () => {
    const { matrix, estimate } = await probed('norm', 8);
    const tokens = prompt.ids.length;
    matrix.data.forEach((value, at) => {
      const later = at % tokens > Math.floor(at / tokens);
      expect(value === 0).toBe(info.causal && later);
      expect(estimate!.band[at] === 0).toBe(info.causal && later);
    });
  });

  test('probes already pulled are not pulled again, and give the same bits', async () => {
    for (const map of maps) {
      await engine.run(prompt);
      const once = await probed(map, 12);
      await engine.run(prompt);
      await probed(map, 8);
      const shares: number[] = [];
      const grown = await probed(map, 12);
      expect(grown.matrix.data).toEqual(once.matrix.data);
      expect(grown.estimate).toEqual(once.estimate);
      const again = await engine.map({ map, probes: 12, ...scope }, { onProgress: ({ share }) => shares.push(share) });
      expect(again.matrix.data).toEqual(once.matrix.data);
      expect(shares.every((share) => share === 1)).toBe(true);
    }
  });

  test('the plan is that of the probes', async () => {
    const one = await engine.plan({ map: 'norm', probes: 8, ...scope });
    const all = await engine.plan({ map: 'norm', probes: info.dModel, ...scope });
    const unit = await engine.plan({ map: 'norm', ...scope });
    const more = await engine.plan({ map: 'norm', probes: 12, ...scope });
    // In equal steps, from what is made once for all of them.
    expect((all!.flops - one!.flops) / (more!.flops - one!.flops)).toBeCloseTo((info.dModel - 8) / 4, 9);
    expect(unit!.flops).toBeLessThanOrEqual(all!.flops * (1 + 1e-9));
    expect(unit!.description).toMatch(/ merged per token$/);
  });

  test.each([0, 7, 7.5, 1e9, Number.NaN])('%d probes are refused in words', async (probes) => {
    const refused = { code: 'bad-request', message: expect.stringContaining(`choose 8 to ${info.dModel}`) };
    await expect(probed('norm', probes)).rejects.toMatchObject(refused);
    await expect(engine.plan({ map: 'trace', probes, ...scope })).rejects.toMatchObject(refused);
  });

  test('singular values: the largest and their sum, as the pairs have them', async () => {
    const spectral = await engine.map({ map: 'spectral', ...scope });
    const nuclear = await engine.map({ map: 'nuclear', ...scope });
    const tokens = prompt.ids.length;
    for (const [token, source] of [
      [5, 2],
      [3, 3],
      [1, 0],
    ] as const) {
      const pair = await engine.pair({ ...scope, token, source, directions: 1 });
      const at = token * tokens + source;
      expect(Math.abs(spectral.matrix.data[at]! / pair.singularValues[0]! - 1)).toBeLessThan(1e-6); // float32
      const sum = pair.singularValues.reduce((total, value) => total + value, 0);
      expect(Math.abs(nuclear.matrix.data[at]! / sum - 1)).toBeLessThan(1e-6);
    }
    exact.norm.matrix.data.forEach((norm, at) => {
      expect(spectral.matrix.data[at]!).toBeLessThanOrEqual(norm * (1 + 1e-6));
      expect(nuclear.matrix.data[at]!).toBeGreaterThanOrEqual(norm * (1 - 1e-6));
    });
    expect(spectral.provenance.plan!.flops).toBeGreaterThan(exact.norm.provenance.plan!.flops);
  });

  test('cancelled half way, the probes of whole blocks stay and the next request is right', async () => {
    await engine.run(prompt);
    const job = new AbortController();
    const cancelled = engine.map({ map: 'norm', probes: 16, ...scope }, { signal: job.signal });
    job.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const after = await probed('norm', info.dModel);
    expect(relativeError(after.matrix.data, exact.norm.matrix.data)).toBeLessThan(1e-6);
  });
});
