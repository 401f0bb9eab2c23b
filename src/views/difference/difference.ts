// The difference of two maps, drawn with MapView. Maps of different units compare only when every row is made a share of itself. Pure.

import { type Matrix, rowOf } from '../../tensor/matrix';
import { describeShape } from '../../tensor/shape';

export type Normalise = 'rows' | 'none';

/** Rows divided by Σ|·| over the inputs that exist; a row of zeros stays zero. */
function shares(matrix: Matrix): Float32Array {
  const out = new Float32Array(matrix.data.length);
  for (let row = 0; row < matrix.rows.length; row++) {
    const values = rowOf(matrix, row);
    const end = matrix.causal ? Math.min(row + 1, values.length) : values.length;
    let sum = 0;
    for (let col = 0; col < end; col++) sum += Math.abs(values[col]!);
    if (sum > 0) for (let col = 0; col < end; col++) out[row * values.length + col] = values[col]! / sum;
  }
  return out;
}

/** a − b, entry by entry. */
export function difference(a: Matrix, b: Matrix, normalise: Normalise): Matrix {
  if (a.rows.length !== b.rows.length || a.cols.length !== b.cols.length) {
    const [shapeA, shapeB] = [a, b].map((m) => describeShape([m.rows.length, m.cols.length]));
    throw new RangeError(`cannot subtract a ${shapeB} map from a ${shapeA} map`);
  }
  const [left, right] = normalise === 'rows' ? [shares(a), shares(b)] : [a.data, b.data];
  return {
    data: left.map((value, i) => value - right[i]!),
    rows: a.rows,
    cols: a.cols,
    unit: normalise === 'rows' ? 'difference of row shares' : a.unit,
    signed: true,
    causal: a.causal && b.causal,
  };
}
