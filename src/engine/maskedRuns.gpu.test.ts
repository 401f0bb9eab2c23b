// Masked runs on WebGPU against the float64 reference, on one model of every way to mask.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { Masking, PromptRequest } from './protocol';
import { createTestEngineOnOneGpu, openFolder } from './testing/engines';

const pixels = { shape: [3, 32, 32], data: Float32Array.from({ length: 3072 }, (_, at) => Math.sin(at)) };
const cases: [string, PromptRequest, Masking, number, number[][]][] = [
  ['public/models/tiny-world', { text: 'the river that crosses dunmere is the' }, 'unknown', 7, [[1, 2], [5], [4, 6]]],
  ['public/models/tiny-world', { text: 'the river that crosses dunmere is the' }, 'zero', 7, [[1, 2], [5], [4, 6]]],
  ['public/models/tiny-world-encoder', { text: 'the keys [MASK] old .' }, 'mask', 3, [[1], [2], [4, 5]]],
  ['public/models/tiny-shapes', { pixels }, 'zero', 0, [[1, 2, 3], [64]]],
  ['fixtures/tiny/gemma2', { ids: [1, 2, 3, 4, 5] }, 'zero', 4, [[1], [2, 3]]],
  ['fixtures/tiny/bert_classifier', { ids: [1, 2, 3, 4, 5] }, 'zero', 0, [[1], [2, 3]]],
];

let gpu: Engine;
beforeAll(async () => {
  gpu = await createTestEngineOnOneGpu();
});
afterAll(() => gpu.dispose());

it.each(cases)(
  '%s: has the reference’s probabilities, and leaves nothing on the device',
  async (path, input, masking, token, variants) => {
    const { engine } = await openFolder(path, 'reference');
    await gpu.open({ model: { kind: 'folder', path }, device: 'webgpu' });
    const answers = [];
    for (const one of [engine, gpu]) {
      await one.run(input);
      const request = { token, class: null, foils: [1, 2], masking, variants };
      await one.masked({ ...request, variants: [] });
      const { live } = one.memory();
      answers.push(await one.masked(request));
      expect(one.memory().live).toBe(live);
    }
    const [reference, found] = answers;
    // Float32 over a few blocks; logits of ten lose about 1e-6 of their size.
    expect(relativeError(found!.logProbabilities, reference!.logProbabilities)).toBeLessThan(1e-4);
    expect(relativeError(found!.foils, reference!.foils)).toBeLessThan(1e-4);
    expect(found!.tops).toEqual(reference!.tops);
    expect(found!.eligible).toEqual(reference!.eligible);
  },
);
