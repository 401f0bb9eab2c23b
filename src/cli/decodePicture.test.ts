import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { readImageHeader } from '../models/image/header';
import { decodePicture } from './decodePicture';

const decode = (bytes: Uint8Array) => decodePicture(bytes, readImageHeader(bytes, 'a'), 'a');

/** 3 × 2 pixels of every kind of PNG that the encoder writes. */
const ramp = (count: number, step: number) => Array.from({ length: count }, (_, at) => at * step);
const cases = [
  {
    name: 'grey',
    channels: 1,
    depth: 8,
    data: Uint8Array.from(ramp(6, 40)),
    rgb: ramp(6, 40).flatMap((g) => [g, g, g]),
  },
  {
    name: 'grey of 16 bits',
    channels: 1,
    depth: 16,
    data: Uint16Array.from(ramp(6, 40 * 257)),
    rgb: ramp(6, 40).flatMap((g) => [g, g, g]),
  },
  { name: 'colour', channels: 3, depth: 8, data: Uint8Array.from(ramp(18, 13)), rgb: ramp(18, 13) },
  {
    name: 'half transparent colour, on white',
    channels: 4,
    depth: 8,
    data: Uint8Array.from(ramp(6, 40).flatMap((value) => [value, 0, 255, 51])),
    // 51 of 255: a fifth of the colour, four fifths of white
    rgb: ramp(6, 40).flatMap((value) => [204 + value / 5, 204, 255]),
  },
] as const;

test.each(cases)('PNG, $name', async ({ channels, depth, data, rgb }) => {
  const { width, height, rgb: found } = await decode(encode({ width: 3, height: 2, channels, depth, data }));
  expect([width, height]).toEqual([3, 2]);
  expect([...found]).toEqual(rgb);
});

/** Made by Pillow: palettes of 2 bits and a mask of 1 bit, 11 × 3, so that lines end within a byte. */
const packed = {
  palette:
    'iVBORw0KGgoAAAANSUhEUgAAAAsAAAADAgMAAAA4kR3YAAAADFBMVEUKFB7IAAAAlv////97dIrmAAAAFElEQVR4nGOUZvjLuJHhP6M0w18AFVID5AZNdmMAAAAASUVORK5CYII=',
  bits: 'iVBORw0KGgoAAAANSUhEUgAAAAsAAAADAQAAAABthMjmAAAAEUlEQVR4nGMMfc0S+o0x9DUAEFgD0j7EsfYAAAAASUVORK5CYII=',
};

test.each(Object.entries(packed))('PNG, packed %s', async (name, base64) => {
  const { width, height, rgb } = await decode(Uint8Array.from(Buffer.from(base64, 'base64')));
  expect([width, height]).toEqual([11, 3]);
  const colours = [
    [10, 20, 30],
    [200, 0, 0],
    [0, 150, 255],
    [255, 255, 255],
  ];
  const expected = Array.from({ length: 33 }, (_, at) => {
    const [x, y] = [at % 11, Math.floor(at / 11)];
    return name === 'palette' ? colours[(x + 2 * y) % 4]! : [1, 1, 1].map(() => 255 * ((x + y) % 2));
  });
  expect([...rgb]).toEqual(expected.flat());
});

test('what the command line does not decode is named', async () => {
  const gif = Uint8Array.from(Buffer.from('GIF89a\x03\x00\x02\x00', 'latin1'));
  await expect(decode(gif)).rejects.toThrow('“a” is a GIF: the command line reads PNG and JPEG; convert it first.');
});
