// "Same scale everywhere": one domain for all maps of one unit. Maps in different units cannot share a scale honestly.

import { maps } from '../../share/fields';
import type { Slots } from '../../state/store';
import type { Matrix } from '../../tensor/matrix';
import { rangeOf, sharedDomain } from '../../views/shared/colourScale';
import type { Linked } from './useLinked';

export const sharedScaleNote =
  'Same: maps in the same unit share one colour scale, rollouts, flow, ALTI and raw attention as shares of a row. Maps in different units cannot.';

const mapSlots = ['tensor', ...maps] as const;
/** Rows of these add up to 1, whatever they are shares of: one scale is honest. */
const shareSlots = ['rollout', 'flow', 'attention', 'rollout_attn_n', 'rollout_attn_res', 'alti'] as const;

/** The matrices on the screen, by slot: changes when one of them does, not with every report of progress. */
export type ShownMatrices = Readonly<Partial<Record<(typeof mapSlots)[number], Matrix>>>;

export function shownMatrices(slots: Slots): ShownMatrices {
  const shown: Partial<Record<(typeof mapSlots)[number], Matrix>> = {};
  for (const name of mapSlots) {
    const matrix = slots[name]?.value?.matrix;
    if (matrix) shown[name] = matrix;
  }
  return shown;
}

export function domainFor(
  matrix: Matrix,
  shown: ShownMatrices,
  { hidden, shape }: Pick<Linked, 'hidden' | 'shape'>,
): readonly [low: number, high: number] {
  const shares = shareSlots.map((name) => shown[name]).filter((other) => other !== undefined);
  const alike = shares.includes(matrix) ? shares : Object.values(shown).filter(({ unit }) => unit === matrix.unit);
  return sharedDomain([matrix, ...alike].map((each) => rangeOf(shape(each), hidden)));
}
