// Deletion curves as a picture: axes, lines, bands, and labels at the lines' ends that do not overlap. Pure.

import { area, line, scaleLinear } from 'd3';
import type { Interval } from '../../analysis/intervals';

export interface Series {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  readonly morf: readonly Interval[]; // [fraction]
  readonly lerf: readonly Interval[];
}

export interface DrawnSeries {
  readonly group: string;
  readonly title: string;
  readonly control: boolean;
  /** Number of its colour; −1: a control. */
  readonly colour: number;
  readonly morf: string;
  readonly lerf: string;
  /** Interval of the MoRF curve; empty: it has no width. */
  readonly band: string;
  readonly label: { readonly y: number; readonly from: number };
}

export interface CurvesLayout {
  readonly series: readonly DrawnSeries[];
  readonly x: readonly { readonly value: number; readonly at: number }[];
  readonly y: readonly { readonly value: number; readonly at: number }[];
}

export const colours = 8;
const labelHeight = 13;

/** Where the value is not finite a line has a gap. */
export function curvesLayout(
  series: readonly Series[],
  fractions: readonly number[],
  width: number,
  height: number,
  /** Probabilities and rates are drawn from 0 to 1 at most. */
  bounded: boolean,
): CurvesLayout {
  const values = series.flatMap(({ morf, lerf }) =>
    [...morf, ...lerf].flatMap(({ mean, low, high }) => [mean, low, high]),
  );
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...finite), Math.max(bounded ? 1e-6 : 0, ...finite)];
  const x = scaleLinear([fractions[0]!, fractions.at(-1)!], [0, width]);
  const y = scaleLinear([least, most === least ? least + 1 : most], [height, 0]).nice(5);
  const drawn = (points: readonly Interval[]) =>
    line<Interval>()
      .defined(({ mean }) => Number.isFinite(mean))
      .x((_, at) => x(fractions[at]!))
      .y(({ mean }) => y(mean))(points) ?? '';
  const banded = (points: readonly Interval[]) =>
    points.some(({ low, high }) => high > low)
      ? (area<Interval>()
          .defined(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))
          .x((_, at) => x(fractions[at]!))
          .y0(({ low }) => y(low))
          .y1(({ high }) => y(high))(points) ?? '')
      : '';
  const ends = series.map(({ morf }) => morf.findLast(({ mean }) => Number.isFinite(mean))?.mean ?? 0).map(y);
  const places = spread(ends, labelHeight, height);
  let colour = 0;
  return {
    series: series.map(({ group, title, control, morf, lerf }, at) => ({
      group,
      title,
      control,
      colour: control ? -1 : colour++ % colours,
      morf: drawn(morf),
      lerf: drawn(lerf),
      band: banded(morf),
      label: { y: places[at]!, from: ends[at]! },
    })),
    x: fractions.filter((_, at) => fractions.length <= 7 || at % 3 === 0).map((value) => ({ value, at: x(value) })),
    y: y.ticks(5).map((value) => ({ value, at: y(value) })),
  };
}

/** Places near the wanted ones, in their order, at least `gap` apart, the last at `end` at most where all of them have room. */
export function spread(wanted: readonly number[], gap: number, end: number): number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const places = order.map((at) => wanted[at]!);
  for (let at = 1; at < places.length; at++) places[at] = Math.max(places[at]!, places[at - 1]! + gap);
  // What was pushed over the end is pushed back.
  let limit = Math.max(end, (places.length - 1) * gap);
  for (let at = places.length - 1; at >= 0; at--) {
    places[at] = Math.min(places[at]!, limit);
    limit = places[at]! - gap;
  }
  const result = wanted.map(() => 0);
  for (const [rank, at] of order.entries()) result[at] = places[rank]!;
  return result;
}
