// Geometry of the layer sweep: one line a decoder over the layers, with the interval of the first as a band; labels at the right end, moved apart.
// Pure.

import { area, line, scaleLinear, scalePoint } from 'd3';
import type { DecoderName, Rate, RelationScores } from '../../engine/protocol';

export interface SweepPoint {
  readonly layer: number;
  readonly rate: Rate;
  readonly x: number;
  readonly y: number;
}

export interface SweepLine {
  readonly decoder: DecoderName;
  readonly points: readonly SweepPoint[];
  readonly path: string;
  /** Of its interval. */
  readonly band: string;
  /** Where its name stands. */
  readonly labelY: number;
}

export interface Sweep {
  readonly lines: readonly SweepLine[];
  readonly layers: readonly { readonly layer: number; readonly x: number }[];
  readonly shares: readonly { readonly share: number; readonly y: number }[];
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

export const sweepHeight = 220;
const margin = { left: 40, right: 104, top: 12, bottom: 36 };
const labelHeight = 14;

/** `training`: the number of training subjects that is drawn. */
export function sweepOf(scores: readonly RelationScores[], training: number, width: number): Sweep {
  const shown = scores.filter((each) => each.training === training).sort((a, b) => a.layer - b.layer);
  const plot = {
    left: margin.left,
    right: Math.max(margin.left + 40, width - margin.right),
    top: margin.top,
    bottom: sweepHeight - margin.bottom,
  };
  const x = scalePoint(
    shown.map(({ layer }) => layer),
    [plot.left + 8, plot.right - 8],
  );
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const names = shown[0]?.decoders.map(({ decoder }) => decoder) ?? [];
  const drawn = names.map((decoder) => {
    const points = shown.map(({ layer, decoders }): SweepPoint => {
      const { faithfulness: rate } = decoders.find((each) => each.decoder === decoder)!;
      return { layer, rate, x: x(layer)!, y: y(rate.value) };
    });
    const path = line<SweepPoint>(
      (point) => point.x,
      (point) => point.y,
    )(points)!;
    const band = area<SweepPoint>(
      (point) => point.x,
      (point) => y(point.rate.low),
      (point) => y(point.rate.high),
    )(points)!;
    return { decoder, points, path, band };
  });
  const labels = apart(
    drawn.map(({ points }) => points.at(-1)!.y),
    plot.top,
    plot.bottom,
  );
  return {
    lines: drawn.map((each, at) => ({ ...each, labelY: labels[at]! })),
    layers: shown.map(({ layer }) => ({ layer, x: x(layer)! })),
    shares: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ share, y: y(share) })),
    plot,
  };
}

/** The places nearest to the wished ones, in their order, that leave room for a label each. */
export function apart(wished: readonly number[], top: number, bottom: number): number[] {
  const order = wished.map((_, at) => at).sort((a, b) => wished[a]! - wished[b]!);
  const places = [...wished];
  let free = top;
  for (const at of order) {
    places[at] = Math.max(wished[at]!, free);
    free = places[at]! + labelHeight;
  }
  let end = bottom;
  for (const at of order.toReversed()) {
    places[at] = Math.min(places[at]!, end);
    end = places[at]! - labelHeight;
  }
  return places;
}
