// Integrated gradients (Sundararajan, Taly, Yan 2017) from the zero embedding:  r_j = x_j · ∫₀¹ ∂F/∂x_j (α x) dα,  Σ_j r_j = F(x) − F(0).
// A model with a norm first changes steeply near α = 0 (within √eps of it), so equal steps miss most of the integral there. `integrateAdaptively`
// halves intervals until their sums agree with what F changes by over them (the gap), and until halving no longer moves any single token (the error),
// since tokens may be off by more than their sum is, with either sign. Both are shown with the result.
// What this is not: about this input alone. Most of the path lies where no text leads, positions included, and attention is another one there.

import { leftOver } from './gradientTimesInput';

/** F along α x. `slopes`: with the gradient, which costs more. */
export interface PathFunction {
  value(alpha: number): Promise<number>;
  slopes(alpha: number): Promise<Float64Array>;
}

export interface IntegratedGradients {
  readonly relevance: Float64Array; // [source]
  /** F(x) and F(0). */
  readonly ends: readonly [at1: number, at0: number];
  /** Gradients taken. */
  readonly steps: number;
  /** Σ over intervals |Σ_j part − change of F|: how far the parts are from adding up, nowhere set off against each other. */
  readonly gap: number;
  /** Σ over intervals of the most by which halving the one it came from moved a token; null: nothing was halved. */
  readonly error: number | null;
}

/** `steps` equal steps, each at its middle. One interval: the gap is that of the whole. */
export async function integrateEqually(path: PathFunction, steps: number): Promise<IntegratedGradients> {
  const [at0, at1] = [await path.value(0), await path.value(1)];
  let relevance: Float64Array | null = null;
  for (let k = 0; k < steps; k++) relevance = added(relevance, await path.slopes((k + 0.5) / steps), 1 / steps);
  const gap = Math.abs(leftOver(relevance!, at1 - at0));
  return { relevance: relevance!, ends: [at1, at0], steps, gap, error: null };
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly values: readonly [from: number, to: number];
  readonly relevance: Float64Array;
  readonly gap: number;
  /** What is to be expected of a half: half of what halving moved. */
  readonly error: number;
}

/** Gauss–Legendre points and weights on [0, 1]: exact for polynomials up to degree 7. */
const outer = Math.sqrt(3 / 7 + (2 / 7) * Math.sqrt(6 / 5));
const inner = Math.sqrt(3 / 7 - (2 / 7) * Math.sqrt(6 / 5));
const [outerWeight, innerWeight] = [(18 - Math.sqrt(30)) / 72, (18 + Math.sqrt(30)) / 72];
const points: readonly (readonly [at: number, weight: number])[] = [
  [(1 - outer) / 2, outerWeight],
  [(1 - inner) / 2, innerWeight],
  [(1 + inner) / 2, innerWeight],
  [(1 + outer) / 2, outerWeight],
];

/** Where the intervals begin: norms saturate somewhere between √eps and 1. */
const firstEdges = [0, 1 / 256, 1 / 32, 1 / 4, 1];

export interface Accuracy {
  /** Of the gap, relative to |F(x) − F(0)|. */
  readonly tolerance: number;
  /** Of the error of single tokens, relative to the largest relevance. */
  readonly tokenTolerance: number;
  readonly mostSteps: number;
}

/** Ends with the gap and the error it has reached when `mostSteps` gradients have been taken. */
export async function integrateAdaptively(
  path: PathFunction,
  { tolerance, tokenTolerance, mostSteps }: Accuracy,
): Promise<IntegratedGradients> {
  let steps = 0;
  const partOf = async (from: number, to: number, values: readonly [number, number]): Promise<Part> => {
    let relevance: Float64Array | null = null;
    for (const [at, weight] of points) {
      relevance = added(relevance, await path.slopes(from + (to - from) * at), (to - from) * weight);
      steps++;
    }
    const gap = Math.abs(leftOver(relevance!, values[1] - values[0]));
    return { from, to, values, relevance: relevance!, gap, error: Number.POSITIVE_INFINITY };
  };
  const values: number[] = [];
  for (const edge of firstEdges) values.push(await path.value(edge));
  const [at0, at1] = [values[0]!, values.at(-1)!];
  const parts: Part[] = [];
  for (let at = 1; at < firstEdges.length; at++) {
    parts.push(await partOf(firstEdges[at - 1]!, firstEdges[at]!, [values[at - 1]!, values[at]!]));
  }
  const halve = async (place: number) => {
    const whole = parts[place]!;
    const { from, to, values: ends } = whole;
    const middle = (from + to) / 2;
    const value = await path.value(middle);
    const [low, high] = [await partOf(from, middle, [ends[0], value]), await partOf(middle, to, [value, ends[1]])];
    const moved = whole.relevance.map((before, j) => Math.abs(low.relevance[j]! + high.relevance[j]! - before));
    const error = largest(moved) / 2;
    parts.splice(place, 1, { ...low, error }, { ...high, error });
  };
  const sumOf = (kind: 'gap' | 'error') => parts.reduce((sum, part) => sum + part[kind], 0);
  const total = () => parts.reduce<Float64Array | null>((sum, { relevance }) => added(sum, relevance, 1), null)!;
  while (steps + 2 * points.length <= mostSteps) {
    const allowed = { gap: tolerance * Math.abs(at1 - at0), error: tokenTolerance * largest(total()) };
    if (sumOf('gap') <= allowed.gap && sumOf('error') <= allowed.error) break;
    // What adds most to either, as a share of what is allowed; 0/0 is nothing to mend.
    const share = (value: number, of: number) => (value === 0 ? 0 : value / of);
    const urgency = parts.map(({ gap, error }) => Math.max(share(gap, allowed.gap), share(error, allowed.error)));
    await halve(urgency.indexOf(Math.max(...urgency)));
  }
  const error = sumOf('error');
  return {
    relevance: total(),
    ends: [at1, at0],
    steps,
    gap: sumOf('gap'),
    error: Number.isFinite(error) ? error : null,
  };
}

const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function added(sofar: Float64Array | null, values: Float64Array, weight: number): Float64Array {
  return values.map((value, j) => (sofar?.[j] ?? 0) + weight * value);
}
