// The maps of vector norms against golden values of another implementation, all tiny models, on both devices.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from './engine';
import type { MapRequest } from './protocol';
import { readBaselines, tinyModels } from './testing/baselines';
import { createTestEngine, createTestEngineOnOneGpu } from './testing/engines';
import { readGolden } from './testing/golden';

const blockNorms = ['attn_n', 'attn_res_n', 'attn_res_ln_n'] as const;
const chains = ['rollout_attn_n', 'rollout_attn_res', 'globenc', 'alti'] as const;
/** Float64 against goldens stored as float32: their rounding, with a margin of 10. */
const rounding = 1e-6;

describe.each(['webgpu', 'reference'] as const)('on %s', (device) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = device === 'webgpu' ? await createTestEngineOnOneGpu() : createTestEngine();
  });
  afterAll(() => engine.dispose());

  it.each(tinyModels)('%s: norms of every block, and their products through the blocks', async (model) => {
    const [golden, baselines] = [readGolden(model), readBaselines(model)];
    const bound = (key: string) => (device === 'webgpu' ? baselines.tolerance(key) : rounding);
    await engine.open({ model: { kind: 'folder', path: `fixtures/tiny/${model}` }, device });
    await engine.run(golden.input);
    let compared = 0;
    const compare = async (key: string, request: MapRequest, undefinedHere: boolean) => {
      if (undefinedHere) {
        await expect(engine.map(request), key).rejects.toThrow(/is not defined for this model/);
        await expect(engine.plan(request), key).rejects.toThrow(/is not defined for this model/);
        return;
      }
      const error = baselines.error(key, (await engine.map(request)).matrix.data);
      expect(error <= bound(key), `${key}: ${error}`).toBe(true);
      compared++;
    };
    for (let block = 0; block < golden.blocks; block++) {
      for (const map of blockNorms)
        await compare(`${map}.${block}`, { map, layer: block }, !baselines.has(`${map}.${block}`));
      for (const map of chains) {
        const key = `${map}.${block}`;
        // GlobEnc is stored for the BERT family alone; it exists wherever norms stand on the residual path.
        if (map === 'globenc' && !baselines.has(key) && baselines.has('attn_res_ln_n.0')) continue;
        await compare(key, { map, range: [0, block + 1] }, !baselines.has(key));
      }
      await compare(`alti_layer.${block}`, { map: 'alti', range: [block, block + 1] }, false);
    }
    expect(compared).toBeGreaterThanOrEqual(6 * golden.blocks);
  });
});

it.each([
  ['gpt2', 'attn_res_n'],
  ['bert', 'attn_res_ln_n'],
] as const)('%s: of two tokens, the mixing ratio is that of two lengths', async (model, map) => {
  const engine = createTestEngine();
  await engine.open({ model: { kind: 'folder', path: `fixtures/tiny/${model}` }, device: 'reference' });
  await engine.run({ ids: readGolden(model).ids.slice(0, 2) });
  for (const [layer, ratios] of (await engine.mixingRatios([0, 3])).entries()) {
    const { data } = (await engine.map({ map, layer })).matrix; // Σ_{j≠i} t_ij has one term
    for (const [i, other] of [data[1]!, data[2]!].entries()) {
      expect(ratios[i]).toBeCloseTo(other / (other + data[3 * i]!), 6);
    }
  }
});

it('looks at a block once: the second question costs nothing', async () => {
  const engine = createTestEngine();
  await engine.open({ model: { kind: 'folder', path: 'fixtures/tiny/gpt2' }, device: 'reference' });
  await engine.run(readGolden('gpt2').input);
  const first = await engine.map({ map: 'alti', range: [0, 2] });
  expect(first.provenance.plan!.flops).toBeGreaterThan(0);
  const again = await engine.map({ map: 'rollout_attn_n', range: [0, 2] });
  expect(again.provenance.plan!.flops).toBe(0);
  const more = await engine.map({ map: 'alti', range: [0, 3] });
  expect(more.provenance.plan!.flops * 2).toBe(first.provenance.plan!.flops); // one block where the first had two
});

it('refuses a block that is not there, in a sentence', async () => {
  const engine = createTestEngine();
  await engine.open({ model: { kind: 'folder', path: 'fixtures/tiny/gpt2' }, device: 'reference' });
  await engine.run(readGolden('gpt2').input);
  await expect(engine.map({ map: 'attn_n', layer: 3 })).rejects.toThrow(
    'There is no block 3: this model has blocks 0 to 2.',
  );
  await expect(engine.map({ map: 'alti', range: [2, 1] })).rejects.toThrow('There is no block range 2 to 1');
});
