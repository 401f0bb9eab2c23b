// The help texts of the pictures, for the page. (The catalogue itself belongs to attribution.)

import { type CatalogueEntry, type CatalogueGroup, type CatalogueName, catalogue } from '../attribution/catalogue';
import type { MapName, OperatorName } from '../engine/protocol';

export type { CatalogueEntry, CatalogueName };

export function help(name: CatalogueName): CatalogueEntry {
  return catalogue[name];
}

/** What operators are called beside each other. */
export const operatorTitles: Readonly<Record<OperatorName, string>> = {
  tensor: 'T',
  attnlrp: 'AttnLRP',
  lrp_ah_ln: 'LRP (AH+LN)',
  jacobian: 'the Jacobian',
};

/** "Tensor, in+out", "Attention rollout": the fixed names of the grids. */
export function mapTitle(map: MapName): string {
  const { title, group } = catalogue[map];
  return group === 'Tensor' ? `Tensor, ${title}` : title;
}

/** Maps by their groups, in the order in which these first occur. */
export function groupsOf<N extends CatalogueName>(
  maps: readonly N[],
): readonly (readonly [CatalogueGroup, readonly N[]])[] {
  const groups = new Map<CatalogueGroup, N[]>();
  for (const map of maps) {
    const { group } = catalogue[map];
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), map]);
  }
  return [...groups];
}
