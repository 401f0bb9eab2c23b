// A picture's file → its bytes of colour, in Node: PNG by fast-png, JPEG by jpeg-js, both plain JavaScript of a few hundred kilobytes (sharp would bring
// a native library for every platform). jpeg-js enlarges subsampled colour without smoothing, so a JPEG differs a little from what browsers decode.

import { decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { damagedImage, type ImageHeader, maxImagePixels, type RgbImage } from '../models/image/header';
import { UserError } from '../tensor/errors';

export async function decodePicture(bytes: Uint8Array, header: ImageHeader, name: string): Promise<RgbImage> {
  const { format } = header;
  if (format !== 'PNG' && format !== 'JPEG') {
    throw new UserError(
      'bad-prompt',
      `“${name}” is a ${format}: the command line reads PNG and JPEG; convert it first.`,
    );
  }
  try {
    return format === 'PNG' ? fromPng(bytes) : fromJpeg(bytes);
  } catch (cause) {
    throw damagedImage(name, format, cause);
  }
}

function fromJpeg(bytes: Uint8Array): RgbImage {
  const limits = { maxResolutionInMP: maxImagePixels * 1e-6, maxMemoryUsageInMB: 2048 };
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, ...limits });
  return { width, height, rgb: data };
}

/** Any depth and colour type; what is transparent lies on white. */
function fromPng(bytes: Uint8Array): RgbImage {
  const { width, height, data, depth, channels, palette, transparency } = decodePng(bytes);
  if (depth === 8 && channels === 3 && !palette && !transparency) return { width, height, rgb: Uint8Array.from(data) };
  const highest = 2 ** depth - 1;
  const sample = (at: number, channel: number): number =>
    sampleAt(data, at * channels + channel, depth, width, channels);
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const colour = palette?.[sample(at, 0)];
    const own = colour ?? Array.from({ length: channels }, (_, channel) => sample(at, channel));
    const grey = colour === undefined && channels < 3;
    const scale = colour === undefined ? 255 / highest : 1;
    const keyed = colour === undefined && transparency !== undefined && isKey(own, transparency);
    const alpha = keyed ? 0 : (colour ? (colour.length === 4 ? colour[3]! : 255) : alphaOf(own, scale)) / 255;
    for (let channel = 0; channel < 3; channel++) {
      const value = own[grey ? 0 : channel]! * scale;
      rgb[3 * at + channel] = Math.round(value * alpha + 255 * (1 - alpha));
    }
  }
  return { width, height, rgb };
}

const alphaOf = (own: readonly number[], scale: number): number =>
  own.length === 2 || own.length === 4 ? own.at(-1)! * scale : 255;

const isKey = (own: readonly number[], key: Uint16Array): boolean =>
  key.length > 0 && key.length <= own.length && [...key].every((value, channel) => own[channel] === value);

/** Depths below 8 are packed, the highest bits first, and every line begins with a new byte. */
function sampleAt(data: ArrayLike<number>, index: number, depth: number, width: number, channels: number): number {
  if (depth >= 8) return data[index]!;
  const line = width * channels;
  const [row, column] = [Math.floor(index / line), index % line];
  const perByte = 8 / depth;
  const byte = data[row * Math.ceil(line / perByte) + Math.floor(column / perByte)]!;
  return (byte >> (8 - depth * ((column % perByte) + 1))) & (2 ** depth - 1);
}
