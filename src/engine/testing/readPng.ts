// Reads the PNG files that training/tiny_shapes writes: 8 bits, red green blue, one IDAT chunk, no filters. For tests; the page decodes any picture.

import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array; // [row, column, channel]
}

export function readPng(path: string): Rgb {
  const file = readFileSync(path);
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const start = file.indexOf('IDAT') + 4;
  const lines = inflateSync(file.subarray(start, start + file.readUInt32BE(start - 8)));
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const line = row * (3 * width + 1);
    if (lines[line] !== 0) throw new Error(`${path}: row ${row} has filter ${lines[line]}`);
    data.set(lines.subarray(line + 1, line + 1 + 3 * width), row * 3 * width);
  }
  return { width, height, data };
}

/** A square of the picture as the model's preprocessing makes it: bytes become −1 … 1. [channel, row, column] */
export function pixelsOf({ width, data }: Rgb, side: number, top = 0, left = 0) {
  const pixels = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < side; row++) {
      for (let col = 0; col < side; col++) {
        const byte = data[3 * ((top + row) * width + left + col) + channel]!;
        pixels[(channel * side + row) * side + col] = (byte / 255 - 0.5) / 0.5;
      }
    }
  }
  return { shape: [3, side, side], data: pixels };
}
