// T beside the Jacobian, the methods and the operators on the GPU: against golden values, against the float64 reference, and against what must hold.

import { beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { OperatorName, Scope } from './protocol';
import { createTestEngineOnOneGpu, openFolder } from './testing/engines';
import { readBaselines } from './testing/gradientGoldens';

let gpu: Engine;
beforeAll(async () => {
  gpu = await createTestEngineOnOneGpu();
});

// Float32 through a few blocks; the golden files' own advice for float32 implementations.
const tolerance = 1e-4;
/** One of each way to attend and to be wired: GQA with rotary positions, ALiBi, soft cap, q/k norms, post-norm, parallel, windows, a pooled head. */
const models = ['gpt2', 'llama', 'bloom', 'gemma2', 'qwen3', 'bert', 'gpt_neox', 'gpt_neo', 'bert_classifier', 'vit'];

describe.each(models)('%s', (family) => {
  const golden = readBaselines(family);
  let scope: Scope;
  beforeAll(async () => {
    const { blocks } = await gpu.open({ model: { kind: 'folder', path: `fixtures/tiny/${family}` }, device: 'webgpu' });
    scope = { range: [0, blocks], gateRule: 'half' };
    await gpu.run(golden.input);
  });

  test('methods agree with the golden values, and leave no memory behind', async () => {
    const before = gpu.memory().live;
    expect(
      relativeError(await gpu.operatorRow(golden.explained, 'jacobian', scope), golden.tensor('j_row')),
    ).toBeLessThanOrEqual(tolerance);
    for (const [method, key] of [
      ['gradient_x_input', 'grad_x_input'],
      ['saliency', 'gradient_l2'],
      ['lrp_ah_ln', 'lrp_ah_ln'],
      ['attnlrp', 'attnlrp'],
      ['ablation', 'ablation_zero'],
    ] as const) {
      const { relevance, provenance } = await gpu.attribute({ target: golden.explained, method, gateRule: 'half' });
      expect(relativeError(relevance, golden.tensor(key)), method).toBeLessThanOrEqual(tolerance);
      expect(provenance.plan!.flops).toBeGreaterThan(0);
    }
    const { map } = await gpu.attribute({ target: golden.explained, method: 'chefer', gateRule: 'half' });
    expect(relativeError(map!.data, golden.tensor('chefer_generic'))).toBeLessThanOrEqual(tolerance);
    expect(gpu.memory().live).toBe(before);
  });

  test('rows, layers, slices and pairs of an operator are one operator', async () => {
    const token = golden.explained.token;
    for (const operator of ['attnlrp', 'jacobian'] as const) {
      const row = await gpu.row({ ...scope, operator, targets: [golden.explained] });
      expect(row.contributions.reduce((sum, value) => sum + value, row.bias)).toBeCloseTo(row.total, 4);
      const layers = await gpu.layers({ target: golden.explained, gateRule: 'half', kind: 'from', operator });
      const first = layers.matrix.data.subarray(0, golden.tokens);
      expect(relativeError(first, row.contributions)).toBeLessThanOrEqual(tolerance);
      const { slice, dModel, norms, fidelity } = await gpu.slice({ ...scope, operator, token, target: null });
      expect(fidelity.completeness).toBeNull(); // what another operator than T leaves over is no error
      const pair = await gpu.pair({ ...scope, operator, token, source: token, directions: 1 });
      for (const d of [0, dModel - 1]) {
        const from = (d * golden.tokens + token) * dModel;
        expect([...pair.matrix.data.subarray(d * dModel, (d + 1) * dModel)]).toEqual([
          ...slice.subarray(from, from + dModel),
        ]);
      }
      expect(pair.frobenius).toBeCloseTo(norms[token]!, 3);
    }
  });

  test('T accounts for the output, the Jacobian does not; the Jacobian predicts a small change, T does not', async () => {
    const found = await gpu.besideJacobian({ ...scope, token: golden.explained.token });
    expect(found.completeness.tensor).toBeLessThanOrEqual(1e-4);
    expect(found.completeness.jacobian).toBeGreaterThan(0.01);
    for (const norms of [found.tensor, found.jacobian]) expect(norms[golden.explained.token]).toBeGreaterThan(0);
    const sizes = [0.08, 0.02];
    const { tensor, jacobian } = await gpu.remainder({
      target: golden.explained,
      gateRule: 'half',
      sizes,
      directions: 6,
      seed: 1,
    });
    const mean = (values: Float32Array, place: number) =>
      values.subarray(6 * place, 6 * place + 6).reduce((sum, value) => sum + value, 0);
    // R of T goes down as |E| does, that of J as |E|²: a quarter, and a sixteenth. (In gemma2's tiny model the curvature is so strong that its part
    // still outweighs the other at these sizes: 14 measured.)
    if (family !== 'gemma2') expect(mean(tensor, 0) / mean(tensor, 1)).toBeLessThan(7);
    expect(mean(jacobian, 1)).toBeLessThan(mean(tensor, 1));
    expect(mean(jacobian, 0) / mean(jacobian, 1)).toBeGreaterThan(mean(tensor, 0) / mean(tensor, 1));
  });
});

test('another token in the place of the one left out: the same as running that prompt', async () => {
  const golden = readBaselines('gpt2');
  const { vocab } = await gpu.open({ model: { kind: 'folder', path: 'fixtures/tiny/gpt2' }, device: 'webgpu' });
  const target = golden.explained;
  const logitOf = async (ids: readonly number[]) => {
    await gpu.run({ ids });
    return (await gpu.logits())[target.token * vocab + target.class!]!;
  };
  const [left, substitute] = [2, (golden.ids[2]! + 1) % vocab];
  const expected = (await logitOf(golden.ids)) - (await logitOf(golden.ids.with(left, substitute)));
  await gpu.run({ ids: golden.ids });
  const { relevance } = await gpu.attribute({ target, method: 'ablation', gateRule: 'half', substitute });
  expect(relevance[left]).toBeCloseTo(expected, 4);
  const same = await gpu.attribute({ target, method: 'ablation', gateRule: 'half', substitute: golden.ids[left]! });
  expect(same.relevance[left]).toBeCloseTo(0, 5);
});

test('the embedded decoder: GPU and float64 reference say the same of every operator', async () => {
  const path = 'public/models/tiny-world';
  const { engine: reference, info } = await openFolder(path, 'reference');
  await gpu.open({ model: { kind: 'folder', path }, device: 'webgpu' });
  const prompt = { text: 'john lives in' };
  const { tokens } = await gpu.run(prompt);
  await reference.run(prompt);
  const target = { token: tokens.length - 1, class: null, direction: { kind: 'centred' } } as const;
  const scope: Scope = { range: [0, info.blocks], gateRule: 'half' };
  for (const operator of ['tensor', 'attnlrp', 'lrp_ah_ln', 'jacobian'] satisfies OperatorName[]) {
    const [ours, theirs] = await Promise.all(
      [gpu, reference].map((engine) => engine.operatorRow(target, operator, scope)),
    );
    expect(relativeError(ours!, theirs!), operator).toBeLessThanOrEqual(tolerance);
  }
});

test('bad questions are refused in words', async () => {
  const target = { token: 0, class: null, direction: { kind: 'centred' } } as const;
  const ask = { target, gateRule: 'half' } as const;
  const method = 'integrated_gradients';
  await expect(gpu.attribute({ ...ask, method, steps: 0 })).rejects.toThrow(/1 to 1024 steps, not 0/);
  await expect(gpu.attribute({ ...ask, method, steps: Number.NaN })).rejects.toThrow(/steps/);
  await expect(gpu.attribute({ ...ask, method: 'ablation', substitute: -1 })).rejects.toThrow(/no token -1/);
  await expect(gpu.attribute({ ...ask, method: 'guess' as 'chefer' })).rejects.toThrow(/no method “guess”/);
  await expect(gpu.remainder({ ...ask, sizes: [], directions: 1, seed: 1 })).rejects.toThrow(/sizes above 0/);
  await expect(gpu.remainder({ ...ask, sizes: [0.1], directions: 1e6, seed: 1 })).rejects.toThrow(/256 runs/);
  const scope = { range: [0, 1], gateRule: 'half', targets: [target] } as const;
  await expect(gpu.row({ ...scope, operator: 'magic' as OperatorName })).rejects.toThrow(/no operator “magic”/);
});
