// The engine against results made by others (fixtures/tiny: float64, another implementation), on both devices, and against the identities.

import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { singularTriples } from '../attribution/singular';
import { activations } from '../program/activations';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { GateRule, LayerRange, RunSummary, Scope, Target } from './protocol';
import { createTestEngine, createTestEngineOnOneGpu, openChanged, openFolder } from './testing/engines';
import { readGolden } from './testing/golden';

/** Every test on both devices. */
const families = ['gpt2', 'llama'] as const;
/** Made of the same ops: every test in float64. */
const moreFamilies = [
  'gpt_neox',
  'opt_post_norm',
  'qwen2',
  'phi3',
  'gemma2',
  'bloom',
  'gptj',
  'bert',
  'roberta',
  'electra',
  'bert_classifier',
  'distilbert_classifier',
  'vit',
  'deit',
  'dinov2',
] as const;
/** All that is stored: a light test on the GPU. */
const allModels = readdirSync('fixtures/tiny', { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
/** The issue's bar in float32; in float64 what the goldens' own float32 storage rounds to, with a margin of 10. */
const [gpu, reference] = [
  { device: 'webgpu', tolerance: 1e-4, exact: 1e-5, families },
  { device: 'reference', tolerance: 1e-6, exact: 1e-12, families: [...families, ...moreFamilies] },
] as const;
/** Results leave the engine as float32, also from the reference: sums over them keep no more digits. */
const inFloat32 = (exact: number) => Math.max(exact * 10, 1e-6);
describe.each([gpu, reference].flatMap(({ families, ...device }) => families.map((family) => ({ family, ...device }))))(
  '$family on $device',
  ({ family, device, tolerance, exact }) => {
    const golden = readGolden(family);
    const blocks = 3;
    const whole: LayerRange = [0, blocks];
    let engine: Engine;
    let causal: boolean;
    let readToken: number | undefined;
    let classes: number;
    let run: RunSummary;

    beforeAll(async () => {
      const opened = await openFolder(`fixtures/tiny/${family}`, device);
      engine = opened.engine;
      ({ causal, readToken, classes = opened.info.vocab } = opened.info);
      run = await engine.run(golden.input);
    });

    const close = (actual: ArrayLike<number>, key: string) =>
      expect(relativeError(actual, golden.tensor(key)), key).toBeLessThanOrEqual(tolerance);
    const scope = (gateRule: GateRule = 'up', range = whole): Scope => ({ range, gateRule });
    const goldenTarget: Target = { token: golden.target, class: null, direction: { kind: 'logit' } };

    it('runs: residual stream, attention, output, logits', async () => {
      for (let k = 0; k <= blocks; k++) close(await engine.hidden(k), `hidden.${k}`);
      for (let l = 0; l < blocks; l++) close(await engine.pattern(l), `attn.${l}`);
      const { y, bias } = await engine.output(scope());
      close(y, 'y');
      close(bias, 'B');
      close(await engine.logits(), 'logits');
      expect(run.predictions.flatMap(([top]) => top?.id ?? [])).toEqual(golden.classes);
    });

    it('maps of the tensor', async () => {
      for (const map of ['in', 'out', 'in_out', 'norm'] as const) {
        const plan = await engine.plan({ map, ...scope() });
        const result = await engine.map({ map, ...scope() });
        expect(result.provenance.plan).toEqual(plan);
        if (golden.has(map)) close(result.matrix.data, map);
        if (map === 'in' || map === 'in_out') expect(result.fidelity.completeness).toBeLessThanOrEqual(exact);
        if (map !== 'in_out') continue;
        close(result.total!, 'y_sq');
        close(result.bias!, 'y_dot_B');
        expect(result.fidelity.conservation).toBeLessThanOrEqual(exact * 10); // sums of products of two rounded factors
      }
    });

    it('class rows by pull and by push', async () => {
      const row = await engine.row({ ...scope(), targets: [goldenTarget] });
      close(row.contributions, 'in_class');
      expect(row.fidelity.conservation).toBeLessThanOrEqual(exact * 10);
      if (!golden.has('in_class_all')) return;
      const map = await engine.map({ map: 'in_class', class: null, direction: { kind: 'logit' }, ...scope() });
      close(map.matrix.data, 'in_class_all');
      expect(map.fidelity.conservation).toBeLessThanOrEqual(exact * 10);
    });

    it('slices are the tensor', async () => {
      const { tensor, tokens } = golden;
      const sliceSize = tensor('T').length / tokens;
      for (const token of Array(tokens).keys()) {
        const slice = await engine.sliceOf(token, scope());
        const expected = tensor('T').subarray(token * sliceSize, (token + 1) * sliceSize);
        expect(relativeError(slice, expected), `T[${token}]`).toBeLessThanOrEqual(tolerance);
      }
    });

    it('a block range, without the final norm', async () => {
      const range: LayerRange = [1, 2];
      close((await engine.output(scope('up', range))).bias, 'B_range');
      const all = golden.tensor('T_range');
      const size = all.length / golden.tokens;
      for (const token of Array(golden.tokens).keys()) {
        const slice = await engine.sliceOf(token, scope('up', range));
        expect(relativeError(slice, all.subarray(token * size, (token + 1) * size))).toBeLessThanOrEqual(tolerance);
      }
    });

    it('gate rules', async () => {
      for (const rule of ['gate', 'half'] as const) {
        if (!golden.has(`in_${rule}`)) continue;
        close((await engine.map({ map: 'in', ...scope(rule) })).matrix.data, `in_${rule}`);
        close((await engine.map({ map: 'in_out', ...scope(rule) })).matrix.data, `in_out_${rule}`);
        close((await engine.map({ map: 'norm', ...scope(rule) })).matrix.data, `norm_${rule}`);
        close((await engine.output(scope(rule))).bias, `B_${rule}`);
        close(await engine.sliceOf(golden.tokens - 1, scope(rule)), `T_${rule}_last`);
      }
    });

    it('rollout and attention flow', async () => {
      const rollouts = await engine.rollouts(whole);
      for (const [l, rollout] of rollouts.entries()) close(rollout, `rollout.${l}`);
      const { raw, normalised } = await engine.flows(whole);
      close(raw, 'flow_raw');
      close(normalised, 'flow');
    });

    it('every direction conserves what it explains, in every range and rule', async () => {
      const chosen = Math.min(4, classes - 1);
      const rivals = [1, 2, 0].filter((id) => id < classes && id !== chosen).slice(0, 2);
      const kinds = [
        { kind: 'centred' },
        { kind: 'logit' },
        { kind: 'logprob' },
        { kind: 'contrast', rivals: [] },
        { kind: 'contrast', rivals },
      ] as const;
      for (const direction of kinds) {
        for (const range of [whole, [0, 2], [1, 3], [1, 2]] as const) {
          const target: Target = { token: readToken ?? 5, class: chosen, direction };
          const row = await engine.row({ range, gateRule: 'half', targets: [target] });
          const scale = Math.max(Math.abs(row.total), Math.abs(row.bias), ...row.contributions.map(Math.abs));
          const sum = row.contributions.reduce((total, value) => total + value, row.bias);
          expect(Math.abs(sum - row.total), `${direction.kind} ${range}`).toBeLessThanOrEqual(inFloat32(exact) * scale);
        }
      }
    });

    it('layers agree with the rows of their ranges', async () => {
      const target: Target = { token: readToken ?? 6, class: Math.min(3, classes - 1), direction: { kind: 'centred' } };
      for (const kind of ['from', 'upTo'] as const) {
        const layers = await engine.layers({ target, gateRule: 'half', kind });
        expect(layers.fidelity.conservation).toBeLessThanOrEqual(exact * 10);
        const tokens = golden.tokens;
        for (let layer = 1; layer < blocks; layer++) {
          const range: LayerRange = kind === 'from' ? [layer, blocks] : [0, layer];
          const row = await engine.row({ range, gateRule: 'half', targets: [target] });
          const found = layers.matrix.data.subarray(layer * tokens, (layer + 1) * tokens);
          expect(relativeError(found, row.contributions)).toBeLessThanOrEqual(exact * 10);
        }
      }
    });

    it('class directions of slices add up to the class row', async () => {
      const x = await engine.hidden(0);
      const width = x.length / golden.tokens;
      const sum = new Float64Array(golden.tokens);
      const target = { ...goldenTarget, token: readToken ?? goldenTarget.token };
      // Of a language model the target's own token is the only one that its class is read from.
      const read = readToken === undefined ? [target.token] : [...Array(golden.tokens).keys()];
      for (const token of read) {
        const { classDirection } = await engine.slice({ ...scope(), token, target });
        for (const [at, value] of classDirection?.data.entries() ?? []) sum[Math.floor(at / width)]! += value * x[at]!;
      }
      close(sum, 'in_class');
    });

    it('pairs are the slice, decomposed', async () => {
      const pair = await engine.pair({ ...scope('half'), token: 4, source: 2, directions: 3 });
      const squares = pair.singularValues.reduce((sum, value) => sum + value ** 2, 0);
      expect(Math.abs(Math.sqrt(squares) / pair.frobenius - 1)).toBeLessThanOrEqual(1e-5);
      const slice = await engine.slice({ ...scope('half'), token: 4, target: null });
      expect(Math.abs(slice.norms[2]! / pair.frobenius - 1)).toBeLessThanOrEqual(1e-5);
      expect(slice.norms.subarray(5).every((value) => (value === 0) === causal)).toBe(true);
      expect(slice.fidelity.completeness).toBeLessThanOrEqual(inFloat32(exact));
    });

    it('gives the same bits for the same request', async () => {
      const ask = async () => [
        (await engine.map({ map: 'in_out', ...scope('half') })).matrix.data,
        (await engine.row({ ...scope('half'), targets: [goldenTarget] })).contributions,
        Float32Array.from(await engine.sliceOf(3, scope('half'))),
      ];
      const first = await ask();
      await engine.run(golden.input);
      const second = await ask();
      for (const [at, values] of first.entries()) expect(second[at]).toEqual(values);
    });

    it('leaves nothing on the device when a run is over', async () => {
      await engine.run(golden.input);
      const before = engine.memory().live;
      await engine.map({ map: 'norm', ...scope('half') });
      await engine.row({ ...scope('half', [0, 2]), targets: [goldenTarget] });
      if (readToken === undefined)
        await engine.map({ map: 'in_class', class: null, direction: { kind: 'centred' }, ...scope('half', [0, 2]) });
      await engine.slice({ ...scope('half'), token: goldenTarget.token, target: goldenTarget });
      await engine.run(golden.input);
      expect(engine.memory().live).toBe(before);
    });
  },
);

let onGpu: Promise<Engine> | undefined;

it.each(allModels)('%s runs on the GPU: attention, logits and maps', async (family) => {
  const golden = readGolden(family);
  onGpu ??= createTestEngineOnOneGpu();
  const engine = await onGpu;
  await engine.open({ model: { kind: 'folder', path: `fixtures/tiny/${family}` }, device: gpu.device });
  const close = (actual: ArrayLike<number>, key: string) =>
    expect(relativeError(actual, golden.tensor(key)), key).toBeLessThanOrEqual(gpu.tolerance);
  await engine.run(golden.input);
  close(await engine.logits(), 'logits');
  for (let block = 0; block < golden.blocks; block++) {
    const pattern = await engine.pattern(block);
    close(pattern, `attn.${block}`);
    const expected = golden.tensor(`attn.${block}`);
    expect(Array.from(pattern).filter((weight, at) => expected[at] === 0 && weight !== 0)).toHaveLength(0);
  }
  for (const map of ['in', 'in_out'] as const) {
    const { matrix, fidelity } = await engine.map({ map, range: [0, golden.blocks], gateRule: 'up' });
    close(matrix.data, map);
    expect(fidelity.completeness).toBeLessThanOrEqual(gpu.exact);
  }
});

it('float16 weights: the model is that of the rounded weights, and their error is told', async () => {
  const engine = createTestEngine();
  const model = { kind: 'folder', path: 'fixtures/tiny/llama' } as const;
  const golden = readGolden('llama');
  const { weights } = await engine.open({ model, device: 'webgpu', weights: 'f16' });
  expect(weights).toMatchObject({ storage: 'f16', weight: expect.stringMatching(/weight$/) });
  expect(weights!.error).toBeGreaterThan(1e-5);
  expect(weights!.error).toBeLessThanOrEqual(2 ** -11);
  await engine.run(golden.input);
  const { error, note } = await engine.checkLogits(null);
  expect(error).toBeGreaterThan(1e-5); // against the original weights
  expect(error).toBeLessThan(1e-2);
  expect(note).toContain('before rounding');
  expect(error).toBeCloseTo(relativeError(await engine.logits(), golden.tensor('logits')), 6);
  const { fidelity } = await engine.map({ map: 'in_out', range: [0, 3], gateRule: 'up' });
  expect(fidelity.completeness).toBeLessThanOrEqual(gpu.exact); // of its own weights
  const exact = await engine.open({ model, device: 'webgpu' });
  expect(exact.weights).toMatchObject({ storage: 'f32', error: 0, weight: null });
  expect(weights!.bytes).toBeLessThan(0.6 * exact.weights!.bytes);
  const onCpu = await engine.open({ model, device: 'reference', weights: 'f16' });
  expect(onCpu.weights).toMatchObject({ storage: 'f64', error: 0 });
  engine.dispose();
});

it.each(activations)(
  'with %s as its activation a model is its tensor plus its biases, plain and gated',
  async (name) => {
    for (const [family, entry] of [
      ['gpt2', 'activation_function'],
      ['qwen2', 'hidden_act'],
    ] as const) {
      const engine = await openChanged(`fixtures/tiny/${family}`, { [entry]: name }, reference.device);
      await engine.run({ ids: readGolden(family).ids });
      const live = engine.memory().live;
      for (const gateRule of ['up', 'gate', 'half'] as const) {
        const scope: Scope = { range: [0, 3], gateRule };
        const { fidelity } = await engine.map({ map: 'in', ...scope });
        expect(fidelity.completeness).toBeLessThanOrEqual(reference.exact);
        const row = await engine.row({
          ...scope,
          targets: [{ token: 5, class: null, direction: { kind: 'centred' } }],
        });
        expect(row.fidelity.conservation).toBeLessThanOrEqual(reference.exact);
      }
      await engine.run({ ids: readGolden(family).ids });
      expect(engine.memory().live).toBe(live);
      engine.dispose();
    }
  },
);

it('predictions come after the soft cap of the logits, what a row explains lies before it', async () => {
  const { ids, target } = readGolden('gemma2');
  const open = async (entries: Record<string, unknown>) => {
    const engine = await openChanged('fixtures/tiny/gemma2', entries, reference.device);
    const { predictions } = await engine.run({ ids });
    const direction = { kind: 'logit' } as const;
    const row = await engine.row({
      range: [0, 3],
      gateRule: 'up',
      targets: [{ token: target, class: null, direction }],
    });
    return { top: predictions[target]![0]!, row, logits: await engine.logits() };
  };
  const [capped, raw] = [await open({}), await open({ final_logit_softcapping: null })];
  const expected = Float64Array.from(raw.logits, (logit) => 3 * Math.tanh(logit / 3));
  expect(relativeError(capped.logits, expected)).toBeLessThan(1e-14);
  expect(capped.top.id).toBe(raw.top.id);
  expect(capped.top.logit).toBeCloseTo(3 * Math.tanh(raw.top.logit / 3), 12);
  expect(capped.top.probability).toBeLessThan(raw.top.probability);
  expect(capped.row.total).toBeCloseTo(raw.top.logit, 12);
  expect(capped.row.classes[0]).toEqual(capped.top);
  expect(capped.row.explains).toBe(`${raw.row.explains}, before the soft cap`);
});

it.each(['gemma', 'opt_post_norm'])(
  'directions read tokens as x0 holds them, scaled and projected as the embedding does: %s',
  async (name) => {
    const { engine } = await openFolder(`fixtures/tiny/${name}`, reference.device);
    await engine.run({ ids: readGolden(name).ids });
    const pair = await engine.pair({ range: [0, 3], gateRule: 'half', token: 4, source: 2, directions: 1 });
    const [direction] = singularTriples(Float64Array.from(pair.matrix.data), pair.matrix.rows.length, 1).inputs;
    const [first, second] = pair.directions[0]!.reads[0];
    const along = async (id: number) => {
      await engine.run({ ids: [id] });
      const x0 = await engine.hidden(0); // the token's row, and the position's where the model has one
      return direction!.reduce((sum, value, at) => sum + value * x0[at]!, 0);
    };
    expect((await along(first!.id)) - (await along(second!.id))).toBeCloseTo(first!.score - second!.score, 5);
  },
);
