// What a result is: numbers with named axes and a unit. Nothing else leaves the worker. Not a linear-algebra class.

import type { Axis } from './axis';

/** Row-major; entry (r, c) is `data[r * cols.length + c]`. Maps: rows = output tokens, columns = input tokens. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: Axis;
  readonly cols: Axis;
  /** What a number means, in words: "logit", "share of attention", "‖T_ij x_j‖". */
  readonly unit: string;
  /** True where a negative value is meaningful: the picture then uses a diverging scale centred at 0. */
  readonly signed: boolean;
  /** True when entries with column > row are impossible (causal decoder): masked in pictures, not coloured zero. */
  readonly causal: boolean;
}

export function rowOf(matrix: Matrix, row: number): Float32Array {
  return matrix.data.subarray(row * matrix.cols.length, (row + 1) * matrix.cols.length);
}
