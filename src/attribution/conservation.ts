// How well a result keeps the identities that hold exactly in real arithmetic (docs/formulas.md 1 and 3):
//   completeness         Σ_j T_ij x_j + B_i = y_i
//   in_out    row i      Σ_j y_iᵀ T_ij x_j + y_i · B_i = ‖y_i‖²
//   in_class  row i      Σ_j u_iᵀ T_ij x_j + u_i · B_i + constant of the head = c · logits   (u_i: the direction c pulled back to y_i)
// Errors are relative. A value that is not finite gives Infinity, so that no broken result looks exact.

import { relativeNorm } from '../tensor/compare';

/** What row i must sum to, and the part of it that no token contributes. */
export interface Identity {
  readonly bias: Float64Array; // [row]
  readonly total: Float64Array; // [row]
}

/** ‖Σ_j T_ij x_j + B − y‖ / ‖y‖ over all output tokens together. */
export function completenessError(
  contributions: ArrayLike<number>, // [token, dModel], summed over sources
  bias: ArrayLike<number>, // [token, dModel]
  y: ArrayLike<number>, // [token, dModel]
): number {
  if (contributions.length !== bias.length) return Number.POSITIVE_INFINITY;
  return relativeNorm(
    Float64Array.from(contributions, (value, k) => value + bias[k]!),
    y,
  );
}

/** Bias and total of the in_out map: y_i · B_i and ‖y_i‖². */
export function inOutIdentity(y: ArrayLike<number>, bias: ArrayLike<number>, channels: number): Identity {
  return { bias: rowDots(y, bias, channels), total: rowDots(y, y, channels) };
}

/** Worst row of |Σ_j M_ij + bias_i − total_i|, divided by the largest |total|. */
export function conservationError(matrix: ArrayLike<number>, { bias, total }: Identity): number {
  const rows = total.length;
  const columns = matrix.length / rows;
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < rows; i++) {
    let sum = bias[i]!;
    for (let j = 0; j < columns; j++) sum += matrix[i * columns + j]!;
    const error = Math.abs(sum - total[i]!);
    if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, error);
    scale = Math.max(scale, Math.abs(total[i]!));
  }
  return worst === 0 ? 0 : worst / scale;
}

function rowDots(a: ArrayLike<number>, b: ArrayLike<number>, channels: number): Float64Array {
  const out = new Float64Array(a.length / channels);
  for (let i = 0; i < out.length; i++) {
    for (let d = 0; d < channels; d++) out[i]! += a[i * channels + d]! * b[i * channels + d]!;
  }
  return out;
}
