// What a file says of its picture before anything is decoded: format and size, from the first bytes of PNG, JPEG, WebP and GIF. A picture that is too
// large is refused by these, so that no decoder ever unfolds it. Nothing here decodes.

import { UserError } from '../../tensor/errors';
import { describeBytes } from '../files';

/** Longest file that is taken. */
export const maxImageBytes = 64_000_000;
/** A picture of 50 megapixels takes 200 MB once it is decoded. */
export const maxImagePixels = 50_000_000;

export type ImageFormat = 'PNG' | 'JPEG' | 'WebP' | 'GIF';

export interface ImageHeader {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

/** A decoded picture: [row, column, channel], 8 bits each, no transparency. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Format and size; UserError 'bad-prompt' for what is no picture, has no size, or is too large. `name`: as the reader knows the file. */
export function readImageHeader(bytes: Uint8Array, name: string): ImageHeader {
  const known = `“${name.slice(0, 80)}”`;
  if (bytes.byteLength === 0) throw refused(`${known} is empty: choose another picture.`);
  if (bytes.byteLength > maxImageBytes) {
    const sizes = `${describeBytes(bytes.byteLength)}, more than the ${describeBytes(maxImageBytes)} that are read`;
    throw refused(`${known} has ${sizes}: choose a smaller picture.`);
  }
  const format = formatOf(bytes);
  if (format === null) throw refused(`${known} is no picture that can be read here: give a PNG, JPEG, WebP or GIF.`);
  const size = sizes[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (size === null || size.width === 0 || size.height === 0) throw damagedImage(name, format);
  const { width, height } = size;
  if (width * height > maxImagePixels) {
    const found = `${width} × ${height} pixels (${Math.round(width * height * 1e-6)} megapixels)`;
    throw refused(
      `${known} has ${found}, more than the ${maxImagePixels * 1e-6} megapixels that are read: scale it down first.`,
    );
  }
  return { format, width, height };
}

/** For decoders: the header was readable, the rest is not. */
export function damagedImage(name: string, format: ImageFormat, cause?: unknown): UserError {
  const sentence = `“${name.slice(0, 80)}” is a damaged ${format}: it breaks off or cannot be decoded. Choose another picture.`;
  return new UserError('bad-prompt', sentence, { cause });
}

const refused = (sentence: string) => new UserError('bad-prompt', sentence);

interface Size {
  readonly width: number;
  readonly height: number;
}

function formatOf(bytes: Uint8Array): ImageFormat | null {
  const starts = (text: string, at = 0) => [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  if (starts('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (starts('\xff\xd8\xff')) return 'JPEG';
  if (starts('RIFF') && starts('WEBP', 8)) return 'WebP';
  return starts('GIF87a') || starts('GIF89a') ? 'GIF' : null;
}

/** null: the file breaks off before it says its size. */
const sizes: Record<ImageFormat, (view: DataView) => Size | null> = {
  PNG: (view) => (view.byteLength < 24 ? null : { width: view.getUint32(16), height: view.getUint32(20) }),
  GIF: (view) => (view.byteLength < 10 ? null : { width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  WebP: webpSize,
  JPEG: jpegSize,
};

function webpSize(view: DataView): Size | null {
  if (view.byteLength < 30) return null;
  const kind = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (kind === 'VP8X') return { width: uint24(24) + 1, height: uint24(27) + 1 };
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (kind === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return null;
}

/** Walks the segments to the start of a frame (SOF0–15 but DHT, JPG, DAC). Sizes are of the stored frame: a rotation mark does not change the area. */
function jpegSize(view: DataView): Size | null {
  for (let at = 2; at + 9 < view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // padding
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    } else if (marker === 0xd9 || marker === 0xda) {
      return null;
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return null;
}
