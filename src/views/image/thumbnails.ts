// A patch as a small picture beside its name: the whole picture as a background, moved to the patch.

import type { CSSProperties } from 'react';
import type { SeenPicture } from '../../engine/protocol';
import { pngUri } from '../shared/png';
import { picturePixels } from './draw';
import { type PatchGrid, placeOf } from './layout';

export type Thumbnail = (token: number) => CSSProperties | null;

/** Written once a picture: a data URI that all patches share. */
const written = new WeakMap<SeenPicture, string>();

function uriOf(picture: SeenPicture): string {
  const known = written.get(picture) ?? pngUri(picturePixels(picture));
  written.set(picture, known);
  return known;
}

export function thumbnails(picture: SeenPicture, grid: PatchGrid): Thumbnail {
  const backgroundImage = `url(${uriOf(picture)})`;
  const { across } = grid;
  const step = across > 1 ? 100 / (across - 1) : 0;
  return (token) => {
    const at = placeOf(grid, token);
    if (at === null) return null;
    return {
      backgroundImage,
      backgroundSize: `${100 * across}%`,
      backgroundPosition: `${at.col * step}% ${at.row * step}%`,
    };
  };
}
