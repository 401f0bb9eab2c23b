// What a program runs on: token ids, or an image that its patches cut into tokens.

import type { ImageShape } from './program';

/** An image as the model takes it, normalised: [channel, row, column]. */
export interface Pixels {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type RunInput = readonly number[] | Pixels;

export function isPixels(input: RunInput): input is Pixels {
  return 'shape' in input;
}

/** Patches row by row, each a row of numbers [channel, row, column] as the patch embedding takes it. */
export function patchRows({ data }: Pixels, { channels, side, patch }: ImageShape): Float32Array {
  const across = side / patch;
  const width = channels * patch * patch;
  const rows = new Float32Array(across * across * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const token = Math.floor(y / patch) * across + Math.floor(x / patch);
        const within = (channel * patch + (y % patch)) * patch + (x % patch);
        rows[token * width + within] = data[(channel * side + y) * side + x]!;
      }
    }
  }
  return rows;
}
