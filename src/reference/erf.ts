// The error function erf(x) = 2/√π ∫₀ˣ e^(−t²) dt and its complement, to double accuracy. Plain formulas, no fitted constants:
//   |x| < 2   erf(x) = 2/√π · e^(−x²) · Σ_n 2ⁿ x^(2n+1) / (1·3·5 ⋯ (2n+1)), every term of one sign, so nothing cancels
//   x ≥ 2     erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ⋯))))

const SERIES_END = 2;
/** Depth at which the fraction has converged to double accuracy for x ≥ 2, with room to spare. */
const FRACTION_DEPTH = 80;

export function erf(x: number): number {
  if (Math.abs(x) < SERIES_END) return series(x);
  return x > 0 ? 1 - fraction(x) : fraction(-x) - 1;
}

/** 1 − erf(x), without cancellation for large x. */
export function erfc(x: number): number {
  if (Math.abs(x) < SERIES_END) return 1 - series(x);
  return x > 0 ? fraction(x) : 2 - fraction(-x);
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function fraction(x: number): number {
  if (x > 27.3) return 0; // below the smallest double
  let tail = x;
  for (let k = FRACTION_DEPTH; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}
