// The picture and its overlay as pixels: the picture one pixel a pixel, the overlay one pixel a patch, both enlarged by the browser. Pure.

import type { SeenPicture } from '../../engine/protocol';
import type { Ramp } from '../shared/colourScale';
import type { Pixels } from '../shared/pixels';
import { type PatchGrid, tintOf } from './layout';

export function picturePixels({ side, rgb }: Pick<SeenPicture, 'side' | 'rgb'>): Pixels {
  const bytes = new Uint8ClampedArray(side * side * 4);
  for (let at = 0; at < side * side; at++) {
    bytes.set(rgb.subarray(3 * at, 3 * at + 3), 4 * at);
    bytes[4 * at + 3] = 255;
  }
  return { width: side, height: side, rgba: new Uint32Array(bytes.buffer) };
}

/** `values`: one a token; NaN leaves the picture as it is. */
export function overlayPixels(
  values: ArrayLike<number>,
  { across, first }: PatchGrid,
  ramp: Ramp,
  opacity: number,
): Pixels {
  const bytes = new Uint8ClampedArray(across * across * 4);
  for (let patch = 0; patch < across ** 2; patch++) {
    const value = values[first + patch]!;
    if (Number.isNaN(value)) continue;
    const { r, g, b, alpha } = tintOf(ramp, value, opacity);
    bytes.set([r, g, b, Math.round(255 * alpha)], 4 * patch);
  }
  return { width: across, height: across, rgba: new Uint32Array(bytes.buffer) };
}
