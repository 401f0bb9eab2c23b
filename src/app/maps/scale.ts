// "Same scale everywhere": one domain for all maps of one unit. Maps in different units cannot share a scale honestly.

import type { Slots } from '../../state/store';
import type { Matrix } from '../../tensor/matrix';
import { rangeOf, sharedDomain } from '../../views/shared/colourScale';
import type { Linked } from './useLinked';

export const sharedScaleNote = 'Same: maps in the same unit share one colour scale. Maps in different units cannot.';

const mapSlots = ['tensor', 'rollout', 'flow', 'attention', 'in', 'out', 'in_out', 'norm', 'in_class'] as const;

export function domainFor(
  matrix: Matrix,
  slots: Slots,
  { hidden, shape }: Pick<Linked, 'hidden' | 'shape'>,
): readonly [low: number, high: number] {
  const alike = mapSlots
    .map((name) => slots[name]?.value?.matrix)
    .filter((other) => other !== undefined && other.unit === matrix.unit);
  return sharedDomain([matrix, ...alike].map((each) => rangeOf(shape(each!), hidden)));
}
