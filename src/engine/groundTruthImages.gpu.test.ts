// The embedded image model against what is known about its pictures: the class, and the patches that show it. On WebGPU, on pictures that took no part in
// training or in the report; the report's figure (evaluation.json) is the bar.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFloat32 } from '../models/decode';
import { readSafetensors } from '../models/safetensors';
import { relativeError } from '../tensor/compare';
import type { Engine } from './engine';
import type { Direction } from './protocol';
import { createTestEngineOnOneGpu } from './testing/engines';
import { pixelsOf, readPng } from './testing/readPng';

interface GroundTruth {
  readonly side: number;
  readonly token_of_first_patch: number;
  readonly sheet: { readonly file: string; readonly columns: number };
  readonly pictures: readonly { readonly class: string; readonly patches: readonly number[] }[];
}

interface Example {
  readonly image: string;
  readonly patches: readonly number[];
  readonly target: { readonly class: string; readonly rivals: readonly string[] };
}

const name = 'tiny-shapes';
const folder = `public/models/${name}`;
const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
const truth = read('ground-truth.json') as GroundTruth;
const sheet = readPng(`${folder}/${truth.sheet.file}`);
const scope = { range: [0, 3], gateRule: 'half' } as const;
/** Every third of the pictures, which stand in the order of the classes, two of each: all shapes and hues are among them. */
const chosen = truth.pictures.map((picture, at) => ({ ...picture, at })).filter(({ at }) => at % 3 === 0);

const { runs, committed_seed: seed } = read('evaluation.json') as {
  committed_seed: number;
  runs: {
    seed: number;
    localisation: { methods: Record<string, { top1: { mean: number }; share: { mean: number } }> };
  }[];
};
const report = runs.find((run) => run.seed === seed)!.localisation.methods['in_class:contrast']!;

describe(`${name} on WebGPU`, () => {
  let engine: Engine;
  let labels: readonly string[];

  beforeAll(async () => {
    engine = await createTestEngineOnOneGpu();
    const info = await engine.open({ model: { kind: 'embedded', name }, device: 'webgpu' });
    expect(info).toMatchObject({ family: 'ViT', readToken: 0, blocks: 3, parameters: 158_220 });
    labels = Object.values(read('config.json').id2label as Record<string, string>);
  });
  afterAll(() => engine.dispose());

  it('names the coloured shape, and because of its patches', async () => {
    const found = [];
    for (const { at, patches, class: wanted } of chosen) {
      const [top, left] = [Math.floor(at / truth.sheet.columns), at % truth.sheet.columns].map((n) => n * truth.side);
      const run = await engine.run({ pixels: pixelsOf(sheet, truth.side, top, left) });
      expect(run.answerToken).toBe(0);
      expect(run.predictions[0]![0]!.piece).toBe(wanted);
      found.push(
        await explain(
          wanted,
          labels.filter((label) => label !== wanted),
          patches,
        ),
      );
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(found.map(({ hit }) => Number(hit)))).toBeGreaterThanOrEqual(report.top1.mean);
    // The share varies from picture to picture; its standard deviation over the report's 200 is about 0.05.
    expect(mean(found.map(({ share }) => share))).toBeGreaterThan(report.share.mean - 0.05);
  });

  it.each(read('examples.json') as readonly Example[])('$image: complete, and as its example says', async (example) => {
    const { image, patches, target } = example;
    const pixels = pixelsOf(readPng(`${folder}/${image}`), truth.side);
    const stored = readSafetensors(readFileSync(`fixtures/${name}/${image.replace('.png', '.safetensors')}`));
    const expected = stored.tensors.get('pixel_values')!;
    expect(expected.shape).toEqual([1, 3, truth.side, truth.side]);
    // One operation in float32 there, in float64 here.
    expect(relativeError(pixels.data, toFloat32(expected, 'pixel_values'))).toBeLessThanOrEqual(2.5e-7);
    const run = await engine.run({ pixels });
    expect(run.predictions[0]![0]!.piece).toBe(target.class);
    const { hit, share } = await explain(target.class, target.rivals, patches);
    expect(hit).toBe(true);
    expect(share).toBeGreaterThan(0.8);
    const { fidelity } = await engine.map({ map: 'in', ...scope });
    // Float32 over 3 blocks and 65 tokens; measured up to 1e-6.
    expect(fidelity.completeness).toBeLessThanOrEqual(1e-5);
  });

  /** Whether the largest contribution is that of a patch of the shape, and the shape's share of the positive ones. */
  async function explain(wanted: string, against: readonly string[], patches: readonly number[]) {
    const [id, ...rivals] = await engine.lookUp([wanted, ...against]);
    const direction: Direction = { kind: 'contrast', rivals: rivals.map((rival) => rival!) };
    const row = await engine.row({ targets: [{ token: 0, class: id!, direction }], ...scope });
    expect(row.fidelity.conservation).toBeLessThanOrEqual(1e-5);
    const parts = [...row.contributions.subarray(truth.token_of_first_patch)];
    const positive = (list: number[]) => list.reduce((sum, value) => sum + Math.max(0, value), 0);
    return {
      hit: patches.includes(parts.indexOf(Math.max(...parts))),
      share: positive(patches.map((patch) => parts[patch]!)) / positive(parts),
    };
  }
});
