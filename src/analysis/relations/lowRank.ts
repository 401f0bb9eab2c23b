// An operator by its singular directions, W = Σ σ_k out_k in_kᵀ: cut off after the largest r, and inverted on them. The inverse turns a wished
// change of the object into a change of the subject: Δs = W_r† (o' − o). Pure.

import { type SingularTriples, singularTriples } from '../../attribution/singular';
import type { Operator } from './decoders';

export function decompose(w: Operator, dModel: number): SingularTriples {
  return singularTriples(w, dModel, dModel);
}

/** The nearest operator of rank r. */
export function truncated({ values, inputs, outputs }: SingularTriples, rank: number): Operator {
  const width = inputs[0]!.length;
  const w = new Float64Array(outputs[0]!.length * width);
  for (let k = 0; k < Math.min(rank, inputs.length); k++) {
    const [input, output, value] = [inputs[k]!, outputs[k]!, values[k]!];
    for (let d = 0; d < output.length; d++) {
      for (let e = 0; e < width; e++) w[d * width + e]! += value * output[d]! * input[e]!;
    }
  }
  return Float32Array.from(w);
}

/** Of the largest singular value: what is smaller is rounding, and is not inverted. */
const smallest = 1e-6;

/** W_r† x = Σ_{k < r} in_k (out_k · x) / σ_k. */
export function inverted(
  { values, inputs, outputs }: SingularTriples,
  rank: number,
  x: ArrayLike<number>,
): Float64Array {
  const result = new Float64Array(inputs[0]!.length);
  for (let k = 0; k < Math.min(rank, inputs.length); k++) {
    if (!(values[k]! > smallest * values[0]!)) break;
    const [input, output] = [inputs[k]!, outputs[k]!];
    let along = 0;
    for (let d = 0; d < output.length; d++) along += output[d]! * x[d]!;
    for (let e = 0; e < result.length; e++) result[e]! += (along / values[k]!) * input[e]!;
  }
  return result;
}
