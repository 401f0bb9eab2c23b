// From a picture to what an image model takes, by the model's own preprocessor_config.json: resize, centre crop, rescale, normalise. The steps of
// the ViT, DeiT, BiT and CLIP processors, in their order; any other processor is named and refused.

import * as v from 'valibot';
import type { Pixels } from '../../program/input';
import type { ImageShape } from '../../program/program';
import { throwIfAborted, UserError } from '../../tensor/errors';
import { type ModelFiles, parseJsonObject, readOptional } from '../files';
import type { RgbImage } from './header';
import { type Resampling, resample } from './resample';

export const processorFile = 'preprocessor_config.json';

type Size = { readonly height: number; readonly width: number } | { readonly shortest: number };

export interface ImageProcessor {
  /** null: the picture's own size. */
  readonly resize: { readonly size: Size; readonly how: Resampling } | null;
  readonly crop: { readonly height: number; readonly width: number } | null;
  /** Factor of the bytes, then minus mean, over deviation, a channel each. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** All of it in words: "resized to 224 × 224 (bilinear), then (x/255 − 0.5) / 0.5". */
  readonly words: string;
}

/** What a model sees of a picture: the numbers it takes, and the same part of the picture for people. */
export interface ProcessedImage {
  readonly pixels: Pixels;
  /** After resizing and cropping, before the numbers are scaled. */
  readonly seen: RgbImage;
}

const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));
const square = v.pipe(
  side,
  v.transform((height) => ({ height, width: height })),
);
const rectangle = v.pipe(
  v.object({ height: side, width: side }),
  v.transform(({ height, width }) => ({ height, width })),
);
const shortest = v.pipe(
  v.strictObject({ shortest_edge: side }),
  v.transform(({ shortest_edge }) => ({ shortest: shortest_edge })),
);
const perChannel = v.union([v.number(), v.array(v.number())]);
const deviations = v.union([v.pipe(v.number(), v.gtValue(0)), v.array(v.pipe(v.number(), v.gtValue(0)))]);
/** Pillow's numbers. */
const resamplings: readonly Resampling[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

const schema = v.looseObject({
  image_processor_type: v.nullish(v.string()),
  feature_extractor_type: v.nullish(v.string()),
  do_resize: v.nullish(v.boolean()),
  size: v.nullish(v.union([side, shortest, rectangle], 'It must be a side, height and width, or shortest_edge')),
  resample: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5))),
  do_center_crop: v.nullish(v.boolean()),
  crop_size: v.nullish(v.union([square, rectangle], 'It must be a side, or height and width')),
  do_rescale: v.nullish(v.boolean()),
  rescale_factor: v.nullish(v.pipe(v.number(), v.gtValue(0))),
  do_normalize: v.nullish(v.boolean()),
  image_mean: v.nullish(perChannel),
  image_std: v.nullish(deviations),
});

interface Defaults {
  readonly size: Size;
  readonly how: Resampling;
  readonly crop: boolean;
  /** A bare number as size means the shorter edge, not a square. */
  readonly numberIsShortest: boolean;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const even = [0.5, 0.5, 0.5];
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711] };
const shorterEdge = { size: { shortest: 224 }, how: 'bicubic', crop: true, numberIsShortest: true, ...clip } as const;

/** What a processor does where its file is silent. */
const types: Readonly<Record<string, Defaults>> = {
  ViT: {
    size: { height: 224, width: 224 },
    how: 'bilinear',
    crop: false,
    numberIsShortest: false,
    mean: even,
    deviation: even,
  },
  DeiT: {
    size: { height: 256, width: 256 },
    how: 'bicubic',
    crop: true,
    numberIsShortest: false,
    mean: even,
    deviation: even,
  },
  Bit: shorterEdge,
  CLIP: shorterEdge,
};

/** Reads preprocessor_config.json; a model without one gets its pictures as ViT's processor makes them, at the model's own size. */
export async function loadImageProcessor(
  files: ModelFiles,
  shape: ImageShape,
  signal?: AbortSignal,
): Promise<ImageProcessor> {
  const bytes = await readOptional(files, processorFile, { maxBytes: 1_000_000, signal });
  throwIfAborted(signal);
  const json = bytes === null ? { size: shape.side } : parseJsonObject(bytes, processorFile);
  return createImageProcessor(json, shape);
}

/** From the parsed file. UserError 'bad-model' or 'unsupported-model' that names the entry. */
export function createImageProcessor(json: Record<string, unknown>, { channels, side }: ImageShape): ImageProcessor {
  const parsed = v.safeParse(schema, json, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw unusable(`${v.getDotPath(issue) ?? 'the whole'} is not usable. ${issue.message}`);
  }
  const config = parsed.output;
  const type = config.image_processor_type ?? config.feature_extractor_type ?? 'ViTImageProcessor';
  const kind = /^(\w+?)(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/.exec(type)?.[1] ?? type;
  const defaults = Object.hasOwn(types, kind) ? types[kind]! : null;
  if (defaults === null) {
    const known = Object.keys(types).join(', ');
    throw new UserError('unsupported-model', `${processorFile}: ${type} is not supported; supported are ${known}.`);
  }
  if (channels !== 3)
    throw unusable(`pictures have 3 channels, and the model takes ${channels}: it cannot read pictures`);
  const resize =
    config.do_resize === false
      ? null
      : {
          size: sizeOf(config.size ?? defaults.size, defaults),
          how: config.resample == null ? defaults.how : resamplings[config.resample]!,
        };
  const crop = (config.do_center_crop ?? defaults.crop) ? (config.crop_size ?? { height: 224, width: 224 }) : null;
  const made = crop ?? (resize !== null && 'height' in resize.size ? resize.size : null);
  if (made === null)
    throw unusable('pictures keep their own shape, and the model takes one: do_center_crop is missing');
  if (made.height !== side || made.width !== side) {
    throw unusable(
      `it makes pictures of ${made.width} × ${made.height}, and by config.json the model takes ${side} × ${side}`,
    );
  }
  const scale = config.do_rescale === false ? 1 : (config.rescale_factor ?? 1 / 255);
  const normalise = config.do_normalize !== false;
  const mean = normalise ? perChannelOf(config.image_mean ?? defaults.mean, 'image_mean') : [0, 0, 0];
  const deviation = normalise ? perChannelOf(config.image_std ?? defaults.deviation, 'image_std') : [1, 1, 1];
  return { resize, crop, scale, mean, deviation, words: inWords({ resize, crop, scale, mean, deviation }) };
}

function sizeOf(size: number | Size, { numberIsShortest }: Defaults): Size {
  if (typeof size !== 'number') return size;
  return numberIsShortest ? { shortest: size } : { height: size, width: size };
}

function perChannelOf(values: number | readonly number[], entry: string): readonly number[] {
  const list = typeof values === 'number' ? [values, values, values] : values;
  if (list.length === 3) return list;
  throw unusable(`${entry} has ${list.length} numbers, not one for each of 3 channels`);
}

const unusable = (why: string) => new UserError('bad-model', `${processorFile}: ${why}.`);

const short = (value: number) => Number(value.toPrecision(3));
const list = (values: readonly number[]) =>
  values.every((value) => value === values[0]) ? String(short(values[0]!)) : `(${values.map(short).join(', ')})`;

function inWords({ resize, crop, scale, mean, deviation }: Omit<ImageProcessor, 'words'>): string {
  const steps: string[] = [];
  if (resize !== null) {
    const { size, how } = resize;
    const to = 'shortest' in size ? `a shorter edge of ${size.shortest}` : `${size.width} × ${size.height}`;
    steps.push(`resized to ${to} (${how})`);
  }
  if (crop !== null) steps.push(`cropped to the middle ${crop.width} × ${crop.height}`);
  const x = scale === 1 ? 'x' : Math.abs(scale * 255 - 1) < 1e-6 ? 'x/255' : `${short(scale)}·x`;
  const centred = mean.some((value) => value !== 0) ? `(${x} − ${list(mean)})` : x;
  const normal = deviation.some((value) => value !== 1) ? `${centred} / ${list(deviation)}` : centred;
  return [...steps, normal === 'x' ? 'values 0 to 255' : `then ${normal}`].join(', ');
}

/** Float32 at every step, as the original's arrays are. */
export function processImage(processor: ImageProcessor, image: RgbImage): ProcessedImage {
  const { resize, crop, scale, mean, deviation } = processor;
  const resized = resize === null ? image : resample(image, ...outputSize(image, resize.size), resize.how);
  const seen = crop === null ? resized : centreCrop(resized, crop.width, crop.height);
  const { width, height, rgb } = seen;
  const data = new Float32Array(3 * width * height);
  for (let channel = 0; channel < 3; channel++) {
    const values = Float32Array.from({ length: 256 }, (_, byte) => {
      const centred = Math.fround(Math.fround(byte * scale) - Math.fround(mean[channel]!));
      return centred / Math.fround(deviation[channel]!);
    });
    for (let at = 0; at < width * height; at++) data[channel * width * height + at] = values[rgb[3 * at + channel]!]!;
  }
  return { pixels: { shape: [3, height, width], data }, seen };
}

/** A shorter edge scales the longer one, rounded down. A strip may not unfold into gigabytes. */
function outputSize({ width, height }: RgbImage, size: Size): [width: number, height: number] {
  if (!('shortest' in size)) return [size.width, size.height];
  const shorter = Math.min(width, height);
  const longer = Math.trunc((size.shortest * Math.max(width, height)) / shorter);
  if (longer > 16_384) {
    throw new UserError(
      'bad-prompt',
      `A picture of ${width} × ${height} is too narrow: with a shorter edge of ${size.shortest}, the longer one would be ${longer}. Cut it first.`,
    );
  }
  return width <= height ? [size.shortest, longer] : [longer, size.shortest];
}

/** The middle; black around a picture that is smaller. */
function centreCrop(image: RgbImage, width: number, height: number): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  for (let y = 0; y < height; y++) {
    const from = y + top;
    if (from < 0 || from >= image.height) continue;
    for (let x = 0; x < width; x++) {
      const at = x + left;
      if (at < 0 || at >= image.width) continue;
      const source = (from * image.width + at) * 3;
      rgb.set(image.rgb.subarray(source, source + 3), (y * width + x) * 3);
    }
  }
  return { width, height, rgb };
}
