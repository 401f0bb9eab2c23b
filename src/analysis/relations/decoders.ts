// Relation decoders: from the subject's vector s, read inside the model, to the vector o at the last token after the last block.
//   operator     ô = β W s + b, W = mean W_k, b = mean (o_k − W_k s_k), k over the m training subjects. W_k is a block of the tensor
//                (T[last, :, subject, :]) or of the Jacobian (the LRE of Hernandez et al. 2023): both are exact at their own subject.
//   translation  ô = s + mean (o_k − s_k)        identity  ô = s        constant  ô = mean o_k: the controls
//   ridge        ô = o̅ + A (s − s̄), learned from the m pairs alone by ridge regression, in its dual form (m × m)
//   random       operator with W of random directions, as large as the mean W in Frobenius' norm
// Pure, float64 but for the operators.

import { Matrix, solve } from 'ml-matrix';

/** [output channel d, input channel e]. */
export type Operator = Float32Array;

/** A subject's vectors. */
export interface Sample {
  readonly s: ArrayLike<number>; // [dModel]
  readonly o: ArrayLike<number>; // [dModel]
}

export type Decoder = (s: ArrayLike<number>) => Float64Array;

/** The mean of operators with b; grows by one subject at a time. */
export interface MeanOperator {
  readonly w: Operator;
  readonly b: Float64Array;
  readonly count: number;
}

export function addOperator(mean: MeanOperator | null, w: Operator, { s, o }: Sample): MeanOperator {
  const count = (mean?.count ?? 0) + 1;
  const rest = difference(o, times(w, s));
  const old = mean ?? { w: new Float32Array(w.length), b: new Float64Array(o.length) };
  return {
    w: old.w.map((value, at) => value + (w[at]! - value) / count),
    b: old.b.map((value, d) => value + (rest[d]! - value) / count),
    count,
  };
}

export function operatorDecoder({ w, b }: Pick<MeanOperator, 'w' | 'b'>, beta: number): Decoder {
  return (s) => {
    const image = times(w, s);
    return b.map((value, d) => value + beta * image[d]!);
  };
}

export function translation(samples: readonly Sample[]): Decoder {
  const shift = mean(samples.map(({ s, o }) => difference(o, s)));
  return (s) => shift.map((value, d) => value + s[d]!);
}

export const identity: Decoder = (s) => Float64Array.from(s);

export function constant(samples: readonly Sample[]): Decoder {
  const centre = mean(samples.map(({ o }) => o));
  return () => centre;
}

/** Of the mean square of the centred subjects: not tuned. */
const ridgeShare = 0.1;

export function ridge(samples: readonly Sample[]): Decoder {
  const [sMean, oMean] = [mean(samples.map(({ s }) => s)), mean(samples.map(({ o }) => o))];
  const centred = samples.map(({ s }) => difference(s, sMean));
  const gram = new Matrix(centred.map((a) => centred.map((b) => dot(a, b))));
  const strength = (ridgeShare * gram.trace()) / samples.length;
  if (!(strength > 0)) return () => oMean; // one sample, or all alike
  for (let k = 0; k < samples.length; k++) gram.set(k, k, gram.get(k, k) + strength);
  const targets = new Matrix(samples.map(({ o }) => [...difference(o, oMean)]));
  const weights = solve(gram, targets); // [sample, d]
  return (s) => {
    const from = difference(s, sMean);
    const out = Float64Array.from(oMean);
    for (const [k, sample] of centred.entries()) {
      const along = dot(sample, from);
      for (let d = 0; d < out.length; d++) out[d]! += along * weights.get(k, d);
    }
    return out;
  };
}

/** W of independent normal numbers, scaled to the norm of `like`; b as for any operator. */
export function randomOperator(like: Operator, samples: readonly Sample[], random: () => number): MeanOperator {
  const w = Float32Array.from(like, () => normal(random));
  const scale = norm(like) / norm(w);
  for (let at = 0; at < w.length; at++) w[at]! *= scale;
  const b = mean(samples.map(({ s, o }) => difference(o, times(w, s))));
  return { w, b, count: samples.length };
}

/** W s. */
export function times(w: Operator, s: ArrayLike<number>): Float64Array {
  const width = s.length;
  return Float64Array.from({ length: w.length / width }, (_, d) => {
    let sum = 0;
    for (let e = 0; e < width; e++) sum += w[d * width + e]! * s[e]!;
    return sum;
  });
}

export function difference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: a.length }, (_, at) => a[at]! - b[at]!);
}

export function norm(x: ArrayLike<number>): number {
  return Math.sqrt(dot(x, x));
}

function mean(vectors: readonly ArrayLike<number>[]): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let d = 0; d < sum.length; d++) sum[d]! += vector[d]! / vectors.length;
  return sum;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** Box–Muller. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
