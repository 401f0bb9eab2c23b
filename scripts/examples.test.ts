// The stored results are those of the committed model: same examples, same weights, same numbers.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNodeEngine } from '../src/cli/nodeEngine';
import { readSession } from '../src/engine/stored';
import { readExamples } from '../src/state/examples';
import { relativeError } from '../src/tensor/compare';

const examples = readExamples(JSON.parse(readFileSync('public/models/tiny-world/examples.json', 'utf8')));
const sessionOf = (id: string) => readSession(readFileSync(`public/examples/${id}.json`, 'utf8'));

describe('the stored examples', () => {
  it('are the six worked examples of the model', () => {
    expect(examples).toHaveLength(6);
    expect(readdirSync('public/examples').sort()).toEqual(examples.map(({ id }) => `${id}.json`).sort());
  });

  it.each(examples)('$id answers as the model does: `npm run examples` records it anew', async ({ id, prompt }) => {
    const stored = sessionOf(id);
    const engine = createNodeEngine();
    const model = await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'reference' });
    expect(stored.model.revision).toBe(model.revision);
    expect(stored.prompt).toBe(prompt);
    const run = await engine.run({ text: prompt });
    expect(stored.run.tokens).toEqual(run.tokens);
    let compared = 0;
    for (const { call, request, reply } of stored.calls) {
      if (call !== 'map' && call !== 'row') continue;
      const live = call === 'map' ? (await engine.map(request)).matrix.data : (await engine.row(request)).contributions;
      const kept = call === 'map' ? reply.matrix.data : reply.contributions;
      // Both are float64 results rounded to float32; nothing else may differ.
      expect(relativeError(kept, live)).toBeLessThanOrEqual(1e-6);
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
    engine.dispose();
  });
});
