import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../tensor/errors';
import { maxImageBytes, readImageHeader } from './header';

const file = (name: string) => readFileSync(`fixtures/images/${name}`);
const bytes = (...parts: (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : [...part])),
  );
const uint32 = (value: number) => [24, 16, 8, 0].map((shift) => (value >> shift) & 255);

test.each([
  ['wide.png', 'PNG', 101, 67],
  ['tall.png', 'PNG', 19, 30],
  ['dot.png', 'PNG', 1, 1],
  ['wide.jpg', 'JPEG', 101, 67],
])('%s', (name, format, width, height) => {
  expect(readImageHeader(file(name), name)).toEqual({ format, width, height });
});

const gif = bytes('GIF89a', [44, 1, 3, 0]);
const webp = {
  extended: bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0], [43, 1, 0], [2, 0, 0]),
  lossless: bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f], [0x2b, 0x81, 0x00, 0x00], [0, 0, 0, 0, 0]),
  lossy: bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a], [44, 1, 3, 0]),
};

test.each([
  ['GIF', gif],
  ['WebP', webp.extended],
  ['WebP', webp.lossless],
  ['WebP', webp.lossy],
])('a %s of 300 × 3', (format, data) => {
  expect(readImageHeader(data, 'a')).toEqual({ format, width: 300, height: 3 });
});

const png = (width: number, height: number) =>
  bytes('\x89PNG\r\n\x1a\n', uint32(13), 'IHDR', uint32(width), uint32(height), [8, 2, 0, 0, 0]);

test.each<readonly [string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /“a.png” is empty/],
  ['a text', bytes('this is no picture'), /is no picture that can be read here: give a PNG, JPEG, WebP or GIF/],
  ['100 megapixels', png(10_000, 10_000), /10000 × 10000 pixels \(100 megapixels\), more than the 50 megapixels/],
  ['4 billion rows', png(1, -1 >>> 0), /more than the 50 megapixels/],
  ['no width', png(0, 10), /damaged PNG/],
  ['a PNG that breaks off', file('wide.png').subarray(0, 20), /damaged PNG/],
  ['a JPEG that breaks off', file('wide.jpg').subarray(0, 60), /damaged JPEG/],
  ['a JPEG without a frame', bytes([0xff, 0xd8, 0xff, 0xda], 'xxxxxxxxxxxxxx'), /damaged JPEG/],
  ['a long file', { byteLength: maxImageBytes + 1 } as Uint8Array, /more than the 64 MB that are read/],
])('%s is refused in a sentence', (_, data, sentence) => {
  expect(() => readImageHeader(data, 'a.png')).toThrow(sentence);
});

test('any bytes, and any damage to real headers, end in a size or a named error', () => {
  const real = [file('wide.png'), file('wide.jpg'), gif, ...Object.values(webp)];
  const damaged = fc
    .tuple(fc.constantFrom(...real), fc.nat(700), fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 }))
    .map(([data, length, changes]) => {
      const copy = Uint8Array.from(data.subarray(0, length));
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), (data) => {
      try {
        const { width, height } = readImageHeader(data, 'x');
        return width > 0 && height > 0 && width * height <= 50e6;
      } catch (error) {
        return error instanceof UserError && error.code === 'bad-prompt';
      }
    }),
    { numRuns: 2000, seed: 5 },
  );
});
