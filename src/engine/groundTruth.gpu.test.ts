// The embedded encoder against what is known about its world: the answer, and the token that is responsible for it. On WebGPU, on sentences that took no
// part in training or in the report; the report's figures (evaluation.json) are the bar.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from './engine';
import { createTestEngineOnOneGpu } from './testing/engines';

interface Sentence {
  readonly family: string;
  readonly tokens: readonly string[];
  readonly after: readonly string[];
  readonly ok: readonly string[];
  readonly target: string;
  readonly foils: readonly string[];
  /** Positions whose value decides the answer, 0 = [CLS]. */
  readonly copy: readonly number[];
}

interface Run {
  readonly seed: number;
  readonly localisation: { readonly families: Record<string, Record<string, { top1_copy: { mean: number } }>> };
}

const name = 'tiny-world-encoder';
const read = (file: string) => JSON.parse(readFileSync(`public/models/${name}/${file}`, 'utf8'));
const { sentences } = read('world.json') as { sentences: readonly Sentence[] };
const { runs, committed_seed: seed } = read('evaluation.json') as { runs: readonly Run[]; committed_seed: number };
const report = runs.find((run) => run.seed === seed)!.localisation.families;
const scope = { range: [0, 3], gateRule: 'half' } as const;
const perFamily = 4;
const families = ['fact', 'fact-derived', 'indirect-object', 'induction', 'agreement'];

const someOf = (family: string) =>
  sentences.filter((sentence) => sentence.family === family && sentence.tokens.length > 2).slice(0, perFamily);

describe(`${name} on WebGPU`, () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await createTestEngineOnOneGpu();
    await engine.open({ model: { kind: 'embedded', name }, device: 'webgpu' });
  });
  afterAll(() => engine.dispose());

  it.each(families)('%s: answers rightly, completely, and because of the responsible token', async (family) => {
    let found = 0;
    for (const sentence of someOf(family)) {
      const { row, map, answer, predicted } = await explain(sentence);
      expect(sentence.ok).toContain(predicted);
      // Float32 over 3 blocks; measured up to 1e-6.
      expect(map.fidelity.completeness).toBeLessThanOrEqual(1e-5);
      expect(row.fidelity.conservation).toBeLessThanOrEqual(1e-5);
      const top = topSource(row.contributions, answer);
      if (sentence.copy.includes(top)) found++;
    }
    expect(found / perFamily).toBeGreaterThanOrEqual(report[family]!['in_class:contrast']!.top1_copy.mean);
  });

  it('says how a mask is spelt when the prompt has none', async () => {
    const run = await engine.run({ text: 'john plays the piano .' });
    expect(run).toMatchObject({ missingMask: '[MASK]' });
    expect(run).not.toHaveProperty('answerToken');
  });

  async function explain({ tokens, after, target, foils }: Sentence) {
    const run = await engine.run({ text: [...tokens, '[MASK]', ...after].join(' ') });
    const answer = tokens.length + 1;
    expect(run.answerToken).toBe(answer);
    const [id, ...rivals] = await engine.lookUp([target, ...foils]);
    const direction = { kind: 'contrast', rivals: rivals.map((rival) => rival!) } as const;
    const row = await engine.row({ targets: [{ token: answer, class: id!, direction }], ...scope });
    const map = await engine.map({ map: 'in', ...scope });
    return { row, map, answer, predicted: run.predictions[answer]![0]!.piece };
  }
});

/** The largest of all tokens but [CLS], [SEP] and the mask. */
function topSource(contributions: Float32Array, answer: number): number {
  let top = 1;
  for (let source = 1; source < contributions.length - 1; source++) {
    if (source !== answer && !(contributions[source]! <= contributions[top]!)) top = source;
  }
  return top;
}
