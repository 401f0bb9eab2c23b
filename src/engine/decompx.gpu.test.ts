// DecompX against golden values of another implementation, all tiny models, on both devices; and what it conserves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { BiasSharing, MapRequest, Scope } from './protocol';
import { readBaselines, tinyModels } from './testing/baselines';
import { createTestEngine, createTestEngineOnOneGpu } from './testing/engines';
import { readGolden } from './testing/golden';

const keys: readonly (readonly [string, BiasSharing])[] = [
  ['decompx_absdot', 'absDot'],
  ['decompx_norm', 'norm'],
  ['decompx_equal', 'equal'],
];
/** Float64 against goldens stored as float32: their rounding, with a margin of 10. */
const rounding = 1e-6;
const conserved = { webgpu: 1e-4, reference: 1e-6 } as const; // results leave the engine as float32

describe.each(['webgpu', 'reference'] as const)('on %s', (device) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = device === 'webgpu' ? await createTestEngineOnOneGpu() : createTestEngine();
  });
  afterAll(() => engine.dispose());

  it.each(tinyModels)('%s: every sharing of the biases', async (model) => {
    const [golden, baselines] = [readGolden(model), readBaselines(model)];
    const { classes: width } = await engine.open({ model: { kind: 'folder', path: `fixtures/tiny/${model}` }, device });
    await engine.run(golden.input);
    const scope: Scope = { range: [0, golden.blocks], gateRule: 'up' };
    const chosen = golden.classes.length > 1 ? golden.classes[golden.target]! : golden.classes[0]!;
    const target = { token: golden.target, class: chosen, direction: { kind: 'logit' } } as const;
    if (width === 0) {
      await expect(engine.row({ ...scope, targets: [target], biases: 'absDot' })).rejects.toThrow('no trained head');
      return;
    }
    const bound = (key: string) => (device === 'webgpu' ? baselines.tolerance(key) : rounding);
    for (const [key, biases] of keys) {
      const row = await engine.row({ ...scope, targets: [target], biases });
      const error = baselines.error(key, row.contributions);
      expect(error <= bound(key), `${key}: ${error}`).toBe(true);
      expect(row.fidelity.conservation, key).toBeLessThan(conserved[device]);
    }
    const apart = await engine.row({ ...scope, targets: [target], biases: 'token' });
    const slot = baselines.tensor('decompx_biastoken');
    expect(relativeError(apart.contributions, slot.subarray(0, -1))).toBeLessThan(bound('decompx_biastoken'));
  });

  it('the map has the row of every token', async () => {
    const golden = readGolden('gpt2');
    await engine.open({ model: { kind: 'folder', path: 'fixtures/tiny/gpt2' }, device });
    await engine.run(golden.input);
    const scope: Scope = { range: [0, golden.blocks], gateRule: 'up' };
    const request: MapRequest = {
      map: 'decompx',
      class: null,
      direction: { kind: 'centred' },
      biases: 'norm',
      ...scope,
    };
    const before = engine.memory().live;
    const { matrix, fidelity } = await engine.map(request);
    expect(fidelity.conservation).toBeLessThan(conserved[device]);
    for (const token of [0, 3, golden.tokens - 1]) {
      const target = { token, class: null, direction: { kind: 'centred' } } as const;
      const row = await engine.row({ ...scope, targets: [target], biases: 'norm' });
      const own = matrix.data.subarray(token * golden.tokens, (token + 1) * golden.tokens);
      expect(relativeError(own, row.contributions)).toBeLessThan(conserved[device]);
      expect(own.subarray(token + 1).every((value) => value === 0)).toBe(true);
    }
    const apart = await engine.map({ ...request, biases: 'token' });
    const { map: _map, biases: _biases, ...same } = request as Extract<MapRequest, { map: 'decompx' }>;
    const tensor = await engine.map({ map: 'in_class', ...same });
    expect(apart.matrix.data).toEqual(tensor.matrix.data);
    await engine.run(golden.input); // what the runs kept goes with them
    expect(engine.memory().live).toBeLessThanOrEqual(before);
  });
});

it('refuses what does not fit, with the longest prompt that does', async () => {
  const engine = createTestEngine();
  const golden = readGolden('gpt2');
  const model = { kind: 'folder', path: 'fixtures/tiny/gpt2' } as const;
  await engine.open({ model, device: 'reference', memoryBudget: 200_000 });
  await engine.run(golden.input);
  const request: MapRequest = {
    map: 'decompx',
    class: null,
    direction: { kind: 'logit' },
    biases: 'equal',
    range: [0, 3],
    gateRule: 'up',
  };
  await expect(engine.map(request)).rejects.toThrow(
    /DecompX needs all 8 sources at once, which needs .* fit; or choose/,
  );
});
