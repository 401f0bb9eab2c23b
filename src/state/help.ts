// The help texts of the pictures, for the page. (The catalogue itself belongs to attribution.)

import { type CatalogueEntry, type CatalogueName, catalogue } from '../attribution/catalogue';
import type { MapName } from '../engine/protocol';

export type { CatalogueEntry, CatalogueName };

export function help(name: CatalogueName): CatalogueEntry {
  return catalogue[name];
}

/** "Tensor, in+out", "Attention rollout": the fixed names of the grids. */
export function mapTitle(map: MapName): string {
  const { title } = catalogue[map];
  return map === 'attention' || map === 'rollout' || map === 'flow' ? title : `Tensor, ${title}`;
}
