// The logit lens: its last row is the model's own prediction, every row agrees with the float64 reference, and each number is the one that the
// layers picture explains.

import { afterAll, describe, expect, it } from 'vitest';
import { createTestEngineOnOneGpu, openFolder } from './testing/engines';
import { readGolden } from './testing/golden';

const prompt = { text: 'people in iverton speak' };
const engine = await createTestEngineOnOneGpu();
const openHere = (path: string) => engine.open({ model: { kind: 'folder', path }, device: 'webgpu' });
await openHere('public/models/tiny-world');
const summary = await engine.run(prompt);
const whole = { first: 0, count: summary.tokens.length };
const lens = await engine.lens(whole);
afterAll(() => engine.dispose());

describe('the logit lens', () => {
  it("ends in the model's own predictions", () => {
    const last = lens.predictions.at(-1)!;
    expect(last.map((ranked) => ranked.map(({ id }) => id))).toEqual(
      summary.predictions.map((ranked) => ranked.slice(0, 3).map(({ id }) => id)),
    );
    for (const [at, ranked] of last.entries())
      expect(ranked[0]!.probability).toBeCloseTo(summary.predictions[at]![0]!.probability, 6);
    const { data, cols } = lens.ofFinal;
    for (let at = 0; at < cols.length; at++)
      expect(data.at(-cols.length + at)!).toBeCloseTo(summary.predictions[at]![0]!.probability, 6);
  });

  it('is what the layers up to a block explain', async () => {
    const token = whole.count - 1;
    for (const layer of [0, 1, 3]) {
      const { id, logit } = lens.predictions[layer]![token]![0]!;
      const target = { token, class: id, direction: { kind: 'logit' } } as const;
      const { total } = await engine.layers({ target, gateRule: 'half', kind: 'upTo' });
      expect(Math.abs(total[layer]! - logit)).toBeLessThan(1e-4 * Math.abs(logit)); // float32, one rounding a block
    }
  });

  it('of some tokens is the same at those', async () => {
    const part = await engine.lens({ first: 2, count: 2 });
    expect(part.predictions).toEqual(lens.predictions.map((row) => row.slice(2, 4)));
    expect(part.ofFinal.cols.labels).toEqual(lens.ofFinal.cols.labels!.slice(2, 4));
  });

  it.each(['gemma2', 'gpt_neox', 'opt_post_norm'])('agrees with the float64 reference on %s', async (family) => {
    const { ids } = readGolden(family);
    const { engine: exact } = await openFolder(`fixtures/tiny/${family}`, 'reference');
    await openHere(`fixtures/tiny/${family}`);
    const read = async (own: typeof engine) => {
      const { tokens } = await own.run({ ids });
      return (await own.lens({ first: 0, count: tokens.length })).ofFinal.data;
    };
    const [gpu, reference] = [await read(engine), await read(exact)];
    exact.dispose();
    const worst = Math.max(...gpu.map((value, at) => Math.abs(value - reference[at]!)));
    expect(worst).toBeLessThan(1e-5); // probabilities, float32
  });

  it('refuses tokens outside the prompt, and classifiers', async () => {
    await openHere('public/models/tiny-world');
    await engine.run(prompt);
    await expect(engine.lens({ first: 3, count: 9 })).rejects.toThrow(/no 9 tokens from 3 on: the prompt has 5/);
    await expect(engine.lens({ first: 0, count: 0 })).rejects.toThrow(/no 0 tokens/);
    await openHere('fixtures/tiny/bert_classifier');
    await engine.run({ ids: readGolden('bert_classifier').ids });
    await expect(engine.lens({ first: 0, count: 1 })).rejects.toThrow(/reads one answer/);
  });
});
