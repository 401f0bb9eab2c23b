// Geometry of the pictures of T beside J: bars of norms on one scale, and the remainders over the size of the change, both logarithmic. Pure.

import { scaleLinear, scaleLog } from 'd3';
import type { BesideResult, RemainderResult } from '../../engine/protocol';

// ---- norms -------------------------------------------------------------------------------------------------------------------

export interface NormLine {
  readonly source: number;
  /** Norms of T_ij, J_ij and J_ij − T_ij. */
  readonly values: readonly [tensor: number, jacobian: number, difference: number];
  /** Lengths in [0, 1] of the track; a hidden source may reach beyond the scale and has none. */
  readonly lengths: readonly [number, number, number] | null;
}

/** Sources without influence under both (later tokens of a decoder) are left out; hidden ones have numbers only. */
export function normLines(
  { tensor, jacobian, difference }: Pick<BesideResult, 'tensor' | 'jacobian' | 'difference'>,
  hidden: ReadonlySet<number>,
): readonly NormLine[] {
  const sources = [...tensor.keys()].filter((source) => tensor[source] !== 0 || jacobian[source] !== 0);
  const of = (source: number) => [tensor[source]!, jacobian[source]!, difference[source]!] as const;
  const shown = sources.filter((source) => !hidden.has(source));
  const scale = scaleLinear([0, Math.max(0, ...shown.flatMap(of)) || 1], [0, 1]);
  return sources.map((source) => {
    const values = of(source);
    const [a, b, c] = values;
    return { source, values, lengths: hidden.has(source) ? null : [scale(a), scale(b), scale(c)] };
  });
}

// ---- remainders --------------------------------------------------------------------------------------------------------------

export const curveNames = ['change', 'tensor', 'jacobian'] as const;
export type CurveName = (typeof curveNames)[number];

export interface Curve {
  readonly name: CurveName;
  /** Root mean square over the directions, which are the same at every size. */
  readonly means: readonly number[];
  /** Exponent of |E| between the sizes of `fitted`; null where too little was measured above 0. */
  readonly exponent: number | null;
}

/** Small enough that the next order does not matter, large enough that rounding (float32) does not. */
const fitted = { from: 0.0029, to: 0.031 } as const;

export function curves(sizes: readonly number[], result: RemainderResult): readonly Curve[] {
  const directions = result.change.length / sizes.length;
  return curveNames.map((name) => {
    const means = sizes.map((_, place) =>
      rootMeanSquare(result[name].subarray(place * directions, (place + 1) * directions)),
    );
    const inside = sizes.flatMap((size, place) =>
      size >= fitted.from && size <= fitted.to && means[place]! > 0 ? [[size, means[place]!] as const] : [],
    );
    return { name, means, exponent: inside.length < 2 ? null : slope(inside) };
  });
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** Of log y over log x, by least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const xs = points.map(([x]) => Math.log(x));
  const ys = points.map(([, y]) => Math.log(y));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const above = xs.reduce((sum, x, at) => sum + (x - mx) * (ys[at]! - my), 0);
  return above / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface RemainderPicture {
  readonly curves: readonly {
    readonly name: CurveName;
    readonly path: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
    /** Where its name stands: right of its last point, kept apart from the others. */
    readonly label: number;
  }[];
  /** Lines of slope 1 and 2 through the middle of what was fitted: where T's and J's remainder ought to run. */
  readonly guides: readonly {
    readonly exponent: 1 | 2;
    readonly path: string;
    readonly x: number;
    readonly y: number;
  }[];
  readonly xTicks: readonly { readonly value: number; readonly x: number }[];
  readonly yTicks: readonly { readonly value: number; readonly y: number }[];
}

const labelHeight = 13;

/** null: nothing was measured above 0. */
export function remainderPicture(
  sizes: readonly number[],
  all: readonly Curve[],
  { width, height }: Box,
): RemainderPicture | null {
  const positive = all.flatMap(({ means }) => means.filter((value) => value > 0));
  if (positive.length === 0) return null;
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const x = scaleLog([least, most], [0, width]);
  const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...positive)));
  const y = scaleLog([low, high > low ? high : low * 10], [height, 0]);
  const drawn = all.flatMap(({ name, means }) => {
    const points = sizes.flatMap((size, at) => (means[at]! > 0 ? [{ x: x(size), y: y(means[at]!) }] : []));
    const path = points.map((point, at) => `${at === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('');
    return points.length === 0 ? [] : [{ name, points, path, label: points.at(-1)!.y }];
  });
  let above = Number.NEGATIVE_INFINITY;
  const labels = new Map<CurveName, number>();
  for (const { name, label } of [...drawn].sort((a, b) => a.label - b.label)) {
    above = Math.max(label, above + labelHeight);
    labels.set(name, above);
  }
  const decades = (from: number, to: number) => {
    const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
    const step = Math.max(1, Math.ceil((last - first) / 6));
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, at) => 10 ** (first + at * step));
  };
  return {
    curves: drawn.map((curve) => ({ ...curve, label: labels.get(curve.name)! })),
    guides: [
      ...guide(1, sizes, all.find(({ name }) => name === 'tensor')!, { x, y }),
      ...guide(2, sizes, all.find(({ name }) => name === 'jacobian')!, { x, y }),
    ],
    xTicks: decades(least, most).map((value) => ({ value, x: x(value) })),
    yTicks: decades(...(y.domain() as [number, number])).map((value) => ({ value, y: y(value) })),
  };
}

type Scale = (value: number) => number;

/** Through the curve at the middle of the fitted sizes, cut where the picture ends. */
function guide(
  exponent: 1 | 2,
  sizes: readonly number[],
  { means }: Curve,
  at: { x: Scale & LogScale; y: Scale & LogScale },
) {
  const anchor = sizes.findIndex((size) => size > Math.sqrt(fitted.from * fitted.to) * 0.9);
  const value = means[anchor];
  if (value === undefined || value <= 0) return [];
  const [low, high] = at.y.domain() as [number, number];
  const [least, most] = at.x.domain() as [number, number];
  const size = sizes[anchor]!;
  const on = (y: number) => size * (y / value) ** (1 / exponent);
  const from = Math.max(least, on(low));
  const to = Math.min(most, on(high));
  const point = (s: number) => ({ x: at.x(s), y: at.y(value * (s / size) ** exponent) });
  const [a, b] = [point(from), point(to)];
  return [{ exponent, path: `M${a.x} ${a.y}L${b.x} ${b.y}`, x: a.x, y: a.y }];
}

interface LogScale {
  domain(): number[];
}
