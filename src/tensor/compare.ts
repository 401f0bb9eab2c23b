// How far two arrays are apart, in the one metric that all checks use. NaN anywhere gives Infinity, so that no check passes on it.

/** max|actual − expected| / max|expected| over the whole array; Infinity on a length mismatch or a value that is not finite. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return worst === 0 ? 0 : worst / largest;
}

/** ‖actual − expected‖₂ / ‖expected‖₂; Infinity on a length mismatch or a value that is not finite. */
export function relativeNorm(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let total = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    total += expected[i]! ** 2;
  }
  const error = difference === 0 ? 0 : Math.sqrt(difference / total);
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}
