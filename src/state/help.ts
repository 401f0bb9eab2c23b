// The help texts of the pictures, for the page. (The catalogue itself belongs to attribution.)

import { type CatalogueEntry, type CatalogueGroup, type CatalogueName, catalogue } from '../attribution/catalogue';
import type { MapName, OperatorName } from '../engine/protocol';

export type { CatalogueEntry, CatalogueName };

export function help(name: CatalogueName): CatalogueEntry {
  return catalogue[name];
}

/** R: what relevance propagation makes of the same path. */
const symbols: Readonly<Record<OperatorName, string>> = { tensor: 'T', attnlrp: 'R', lrp_ah_ln: 'R', jacobian: 'J' };

/** An operator as its pictures name it. */
export function operatorWords(name: OperatorName): { readonly symbol: string; readonly title: string | null } {
  const title = operatorTitles[name];
  return { symbol: symbols[name], title: name === 'tensor' ? null : title[0]!.toUpperCase() + title.slice(1) };
}

/** What operators are called beside each other. */
export const operatorTitles: Readonly<Record<OperatorName, string>> = {
  tensor: 'T',
  attnlrp: 'AttnLRP',
  lrp_ah_ln: 'LRP (AH+LN)',
  jacobian: 'the Jacobian',
};

/** What is told of an operator in place of T. */
export function operatorHelp(
  name: Exclude<OperatorName, 'tensor'>,
): Pick<CatalogueEntry, 'means' | 'isNot' | 'formula'> {
  if (name !== 'jacobian') return catalogue[name];
  return {
    means: 'How the output changes with a small change of each input, nothing held.',
    isNot: 'Not an account of the output: Σ_j J_ij x_j is not y_i, and what is left over is shown as the bias share.',
    formula: 'J_ij = ∂y_i/∂x_j',
  };
}

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
