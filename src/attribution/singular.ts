// Singular directions of a pair T_ij, T_ij = Σ_k σ_k · output_k input_kᵀ: what token i reads from token j (input directions) and writes with it
// (output directions), strongest first. Signs are free in pairs; here the largest component of every input direction is positive.

import { Matrix, SingularValueDecomposition } from 'ml-matrix';

export interface SingularTriples {
  readonly values: Float64Array; // [k], descending
  readonly inputs: readonly Float64Array[]; // [k] of [dModel e], length 1
  readonly outputs: readonly Float64Array[]; // [k] of [dModel d], length 1
}

/** Singular values of a pair [dModel d, dModel e], descending. */
export function singularValues(pair: ArrayLike<number>, dModel: number): Float64Array {
  const { diagonal } = new SingularValueDecomposition(matrixOf(pair, dModel), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return Float64Array.from(diagonal);
}

/** pair: [dModel d, dModel e]. `count` leading directions; all singular values. */
export function singularTriples(pair: ArrayLike<number>, dModel: number, count: number): SingularTriples {
  const { diagonal, leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(
    matrixOf(pair, dModel),
  );
  const inputs: Float64Array[] = [];
  const outputs: Float64Array[] = [];
  for (let k = 0; k < Math.min(count, dModel); k++) {
    const input = Float64Array.from(rightSingularVectors.getColumn(k));
    const output = Float64Array.from(leftSingularVectors.getColumn(k));
    const sign = largestComponent(input) < 0 ? -1 : 1;
    inputs.push(input.map((value) => sign * value));
    outputs.push(output.map((value) => sign * value));
  }
  return { values: Float64Array.from(diagonal), inputs, outputs };
}

function matrixOf(pair: ArrayLike<number>, dModel: number): Matrix {
  if (pair.length !== dModel * dModel) throw new RangeError(`${pair.length} numbers are no ${dModel} × ${dModel} pair`);
  const matrix = new Matrix(dModel, dModel);
  for (let d = 0; d < dModel; d++) {
    for (let e = 0; e < dModel; e++) {
      const value = pair[d * dModel + e]!;
      if (!Number.isFinite(value)) throw new RangeError(`entry (${d}, ${e}) of the pair is ${value}`); // the iteration would not end
      matrix.set(d, e, value);
    }
  }
  return matrix;
}

/** The component of largest magnitude; the first of equals. */
function largestComponent(x: Float64Array): number {
  let best = x[0] ?? 0;
  for (const value of x) if (Math.abs(value) > Math.abs(best)) best = value;
  return best;
}
