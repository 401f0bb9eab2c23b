// The stored results are those of the committed models: same examples, same weights, same numbers.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNodeEngine } from '../src/cli/nodeEngine';
import { readSession } from '../src/engine/stored';
import { embeddedModels } from '../src/share/embedded';
import { readExamples } from '../src/state/examples';
import { relativeError } from '../src/tensor/compare';

const examples = embeddedModels.flatMap(({ name }) =>
  readExamples(JSON.parse(readFileSync(`public/models/${name}/examples.json`, 'utf8'))).map((example) => ({
    name,
    ...example,
  })),
);
const sessionOf = (id: string) => readSession(readFileSync(`public/examples/${id}.json`, 'utf8'));

describe('the stored examples', () => {
  it('are the worked examples of the embedded models, each with a name of its own', () => {
    expect(examples.map(({ name }) => name)).toEqual([
      ...Array<string>(6).fill('tiny-world'),
      ...Array<string>(2).fill('tiny-world-encoder'),
      ...Array<string>(2).fill('tiny-shapes'),
    ]);
    expect(readdirSync('public/examples').sort()).toEqual(examples.map(({ id }) => `${id}.json`).sort());
  });

  it.each(examples)('$id answers as the model does: `npm run examples` records it anew', async (example) => {
    const { id, name, prompt, image, target } = example;
    const stored = sessionOf(id);
    const engine = createNodeEngine();
    const model = await engine.open({ model: { kind: 'embedded', name }, device: 'reference' });
    expect(stored.model).toMatchObject({ id: name, revision: model.revision });
    expect(stored.prompt).toBe(image ?? prompt);
    const bytes = () => new Uint8Array(readFileSync(`public/models/${name}/${image}`));
    const run = await engine.run(image === undefined ? { text: prompt } : { picture: { name: image, bytes: bytes() } });
    expect(stored.run.tokens).toEqual(run.tokens);
    expect(stored.run.answerToken).toBe(run.answerToken);
    expect(run.predictions[target.token]?.[0]?.piece).toBe(target.class);
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
