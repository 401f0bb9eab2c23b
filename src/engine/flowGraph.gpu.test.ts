// The conserved flow graph on all tiny models and the embedded one: balances, cuts, and that its first stream is the row of the target.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { FlowGraph, Target } from './protocol';
import { tinyModels } from './testing/baselines';
import { createTestEngine, createTestEngineOnOneGpu } from './testing/engines';
import { readGolden } from './testing/golden';

/** The bars: float32, and float64, where a residual is rounding alone. */
const residual = { webgpu: 1e-4, reference: 1e-10 } as const;
/** Against goldens and rows that are stored or sent as float32. */
const bound = { webgpu: 1e-4, reference: 1e-6 } as const;

const stream = ({ streams, tokens }: FlowGraph, s: number) => streams.subarray(s * tokens, (s + 1) * tokens);

describe.each(['webgpu', 'reference'] as const)('on %s', (device) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = device === 'webgpu' ? await createTestEngineOnOneGpu() : createTestEngine();
  });
  afterAll(() => engine.dispose());

  it.each(tinyModels)('%s: conserved, and the first stream is in_class or in_out', async (model) => {
    const golden = readGolden(model);
    const info = await engine.open({ model: { kind: 'folder', path: `fixtures/tiny/${model}` }, device });
    await engine.run(golden.input);
    const before = engine.memory().live;
    const last = golden.tokens - 1;
    const square = await engine.flowGraph({ target: { token: last }, gateRule: 'up' });
    expect(square.residuals.nodes).toBeLessThan(residual[device]);
    expect(square.residuals.cuts).toBeLessThan(residual[device]);
    const row = golden.tensor('in_out').subarray(last * golden.tokens);
    expect(relativeError(stream(square.graph, 0), row)).toBeLessThan(bound[device]);
    if (info.classes !== 0) {
      const chosen = golden.classes.length > 1 ? golden.classes[golden.target]! : golden.classes[0]!;
      const target: Target = { token: golden.target, class: chosen, direction: { kind: 'logit' } };
      const { graph, residuals } = await engine.flowGraph({ target, gateRule: 'up' });
      expect(residuals.nodes).toBeLessThan(residual[device]);
      expect(residuals.cuts).toBeLessThan(residual[device]);
      expect(relativeError(stream(graph, 0), golden.tensor('in_class'))).toBeLessThan(bound[device]);
    }
    expect(engine.memory().live).toBeLessThanOrEqual(before);
  });

  it.each(['gpt2', 'llama'])('%s: streams before every block are the rows from there on', async (model) => {
    const golden = readGolden(model);
    await engine.open({ model: { kind: 'folder', path: `fixtures/tiny/${model}` }, device });
    await engine.run(golden.input);
    const target: Target = { token: 5, class: null, direction: { kind: 'centred' } };
    const { graph, residuals, explains } = await engine.flowGraph({ target, gateRule: 'half' });
    const layers = await engine.layers({ target, gateRule: 'half', kind: 'from' });
    expect(residuals.nodes).toBeLessThan(residual[device]);
    expect(explains).toBe(layers.explains);
    for (let block = 0; block <= golden.blocks; block++) {
      const row = layers.matrix.data.subarray(block * golden.tokens, (block + 1) * golden.tokens);
      expect(relativeError(stream(graph, 2 * block), row)).toBeLessThan(bound[device]);
    }
    const after = graph.edges.filter((_, at) => at % golden.tokens > Math.floor(at / golden.tokens) % golden.tokens);
    expect(after.every((value) => value === 0)).toBe(true); // nothing flows from later tokens
  });

  it('heads promote tokens: without biases their lenses add up to that of the attention', async () => {
    const golden = readGolden('llama');
    const { heads, vocab } = await engine.open({ model: { kind: 'folder', path: 'fixtures/tiny/llama' }, device });
    await engine.run(golden.input);
    const of = async (part: number | 'attention' | 'ffn') => {
      const { promotes, suppresses, length } = await engine.component({ block: 1, part, token: 4 });
      expect(promotes.map(({ score }) => score)).toEqual(promotes.map(({ score }) => score).sort((a, b) => b - a));
      expect(suppresses[0]!.score).toBeLessThan(0);
      expect(promotes[0]!.score).toBeGreaterThan(0);
      expect(length).toBeGreaterThan(0);
      return new Map([...promotes, ...suppresses].map(({ id, score }) => [id, score]));
    };
    const whole = await of('attention');
    const parts = await Promise.all(Array.from({ length: heads }, (_, head) => of(head)));
    let compared = 0;
    for (const [id, score] of whole) {
      if (!parts.every((part) => part.has(id))) continue; // not among the eight at either end of every head
      const sum = parts.reduce((total, part) => total + part.get(id)!, 0);
      expect(Math.abs(sum - score)).toBeLessThan(bound[device] * Math.abs(score) * 10);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
    expect(vocab).toBeGreaterThan(16);
    await of('ffn');
    await expect(engine.component({ block: 1, part: heads, token: 4 })).rejects.toThrow(/There is no head/);
    await expect(engine.component({ block: 9, part: 0, token: 4 })).rejects.toThrow(/There is no block 9/);
  });
});

it('tiny-world: the graph of its answer is conserved, and its first stream is the row', async () => {
  const engine = await createTestEngineOnOneGpu();
  await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'webgpu' });
  const { tokens } = await engine.run({ text: 'when mary and john went to the shop , john gave a drink to' });
  const target: Target = { token: tokens.length - 1, class: null, direction: { kind: 'contrast', rivals: [] } };
  const { graph, residuals, provenance } = await engine.flowGraph({ target, gateRule: 'half' });
  expect(residuals.nodes).toBeLessThan(residual.webgpu);
  expect(residuals.cuts).toBeLessThan(residual.webgpu);
  expect(provenance.plan!.flops).toBeGreaterThan(0);
  const row = await engine.row({ targets: [target], range: [0, graph.blocks], gateRule: 'half' });
  expect(relativeError(stream(graph, 0), row.contributions)).toBeLessThan(bound.webgpu);
  expect(graph.total).toBeCloseTo(row.total, 4);
  const strings = { promotes: (await engine.component({ block: 3, part: 'ffn', token: tokens.length - 1 })).promotes };
  expect(strings.promotes.every(({ piece }) => piece.length > 0)).toBe(true);
  await expect(engine.flowGraph({ target: { token: 99 }, gateRule: 'half' })).rejects.toThrow(
    'There is no output token 99',
  );
  engine.dispose();
});
