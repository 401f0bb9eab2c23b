import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { relativeError } from '../../tensor/compare';
import { UserError } from '../../tensor/errors';
import { toFloat32 } from '../decode';
import { folderFiles } from '../folder';
import { readSafetensors } from '../safetensors';
import { memoryFiles } from '../testing/memoryFiles';
import type { RgbImage } from './header';
import { createImageProcessor, loadImageProcessor, processImage } from './processor';
import { type Resampling, resample } from './resample';

// Made by transformers 5.23 with Pillow 12: fixtures/images/make.py.
const golden = readSafetensors(readFileSync('fixtures/images/processed.safetensors')).tensors;
const read = (key: string) => toFloat32(golden.get(key)!, key);

function picture(key: string): RgbImage {
  const [height, width] = golden.get(key)!.shape as [number, number];
  return { width, height, rgb: Uint8Array.from(read(key)) };
}

// The one pixel: what both kinds of file hold of it is the same number everywhere.
const dot: RgbImage = { width: 1, height: 1, rgb: Uint8Array.from(read('nearest.dot.3x2').subarray(0, 3)) };
const pictures = { wide: picture('rgb.wide'), tall: picture('rgb.tall'), dot };
const resized = [...golden.keys()].filter((key) => /^\w+\.\w+\.\d+x\d+$/.test(key));

test('every filter and size was made', () => expect(resized).toHaveLength(18));

test.each(resized)('resized as Pillow does it, byte for byte: %s', (key) => {
  const [how, name, size] = key.split('.') as [Resampling, keyof typeof pictures, string];
  const [width, height] = size.split('x').map(Number) as [number, number];
  expect([...resample(pictures[name], width, height, how).rgb]).toEqual([...read(key)]);
});

const sides = { vit: 24, deit: 32, bit: 32, padded: 32 };
const cases = Object.keys(sides).flatMap((name) => Object.keys(pictures).map((of) => [name, of] as const));

test.each(cases)('processor %s on the picture %s gives the numbers of transformers', async (name, of) => {
  const key = name as keyof typeof sides;
  const json = JSON.parse(readFileSync(`fixtures/images/${key}.json`, 'utf8'));
  const processor = createImageProcessor(json, { channels: 3, side: sides[key], patch: 8 });
  const { pixels, seen } = processImage(processor, pictures[of as keyof typeof pictures]);
  expect(pixels.shape).toEqual([3, sides[key], sides[key]]);
  expect([seen.width, seen.height]).toEqual([sides[key], sides[key]]);
  // The same float32 steps: equal to the last bit.
  expect(relativeError(pixels.data, read(`${key}.${of}`))).toBe(0);
});

const shape = { channels: 3, side: 24, patch: 8 };

test('a model without the file gets what ViT does, at its own size', async () => {
  const processor = await loadImageProcessor(folderFiles('fixtures/tiny/vit'), shape);
  expect(processor.words).toBe('resized to 24 × 24 (bilinear), then (x/255 − 0.5) / 0.5');
  expect(relativeError(processImage(processor, pictures.wide).pixels.data, read('vit.wide'))).toBe(0);
});

test('older files: the feature extractor’s name, and sizes as bare numbers', async () => {
  const old = { feature_extractor_type: 'ViTFeatureExtractor', size: 24, resample: 2, image_mean: 0.5, image_std: 0.5 };
  expect(createImageProcessor(old, shape).resize?.size).toEqual({ height: 24, width: 24 });
  const clip = { image_processor_type: 'CLIPFeatureExtractor', size: 30, crop_size: 24, resample: 3 };
  expect(createImageProcessor(clip, shape)).toMatchObject({
    resize: { size: { shortest: 30 }, how: 'bicubic' },
    crop: { width: 24, height: 24 },
    words:
      'resized to a shorter edge of 30 (bicubic), cropped to the middle 24 × 24, then (x/255 − (0.481, 0.458, 0.408)) / (0.269, 0.261, 0.276)',
  });
});

test.each<readonly [string, Record<string, unknown>, RegExp]>([
  ['another processor', { image_processor_type: 'ConvNextImageProcessor' }, /ConvNextImageProcessor is not supported/],
  ['a name from Object', { image_processor_type: 'constructor' }, /constructor is not supported/],
  ['another size than the model', { size: 32 }, /makes pictures of 32 × 32.*takes 24 × 24/],
  ['no size', { size: {} }, /size is not usable/],
  ['an absurd size', { size: 1e9 }, /size is not usable/],
  ['an edge with a limit', { size: { shortest_edge: 24, longest_edge: 99 } }, /size is not usable/],
  ['a shape that follows the picture', { size: { shortest_edge: 24 } }, /do_center_crop is missing/],
  ['two means', { size: 24, image_mean: [1, 2] }, /image_mean has 2 numbers/],
  ['a deviation of 0', { size: 24, image_std: [1, 0, 1] }, /image_std/],
  ['an unknown filter', { size: 24, resample: 9 }, /resample/],
])('%s is refused with its name', (_, json, sentence) => {
  expect(() => createImageProcessor(json, shape)).toThrow(sentence);
  expect(() => createImageProcessor(json, shape)).toThrow(UserError);
});

test('a web page in its place, and a model of one channel, are refused', async () => {
  const page = memoryFiles({ 'preprocessor_config.json': '<!doctype html>' });
  await expect(loadImageProcessor(page, shape)).rejects.toThrow(/web page/);
  expect(() => createImageProcessor({ size: 24 }, { ...shape, channels: 1 })).toThrow(/takes 1/);
});

test('a strip whose longer edge would unfold is refused', () => {
  const json = { image_processor_type: 'BitImageProcessor', size: { shortest_edge: 24 }, crop_size: 24 };
  const strip = { width: 2000, height: 1, rgb: new Uint8Array(6000) };
  expect(() => processImage(createImageProcessor(json, shape), strip)).toThrow(/too narrow/);
});
