// "Same scale everywhere": one domain for all maps of one unit. Maps in different units cannot share a scale honestly.

import type { Slots } from '../../state/store';
import type { Matrix } from '../../tensor/matrix';
import { rangeOf, sharedDomain } from '../../views/shared/colourScale';
import type { Linked } from './useLinked';

export const sharedScaleNote =
  'Same: maps in the same unit share one colour scale, rollout, flow and raw attention as shares of a row. Maps in different units cannot.';

const mapSlots = [
  'tensor',
  'rollout',
  'flow',
  'attention',
  'in',
  'out',
  'in_out',
  'norm',
  'in_class',
  'trace',
  'spectral',
  'nuclear',
] as const;
/** Rows of these add up to 1, whatever they are shares of: one scale is honest. */
const shareSlots = ['rollout', 'flow', 'attention'] as const;

export function domainFor(
  matrix: Matrix,
  slots: Slots,
  { hidden, shape }: Pick<Linked, 'hidden' | 'shape'>,
): readonly [low: number, high: number] {
  const shares = shareSlots.map((name) => slots[name]?.value?.matrix);
  const others = mapSlots.map((name) => slots[name]?.value?.matrix);
  const alike = shares.includes(matrix)
    ? shares.filter((other) => other !== undefined)
    : others.filter((other) => other?.unit === matrix.unit);
  return sharedDomain([matrix, ...alike].map((each) => rangeOf(shape(each!), hidden)));
}
