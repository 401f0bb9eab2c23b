// Colour scales: a number becomes one of 256 colours. Diverging scales are centred at 0; both kinds begin at the panel's own colour, so that
// "nothing" looks like nothing in either theme. Lightness runs linearly in CIELAB, which makes equal steps look equal. Pure.

import { lab } from 'd3';
import type { Matrix } from '../../tensor/matrix';
import type { ColourScale } from '../view';
import type { Palette } from './palette';

export interface Ramp {
  readonly kind: 'diverging' | 'sequential';
  readonly log: boolean;
  /** Diverging: [−m, m]. Log: both positive. */
  readonly domain: readonly [low: number, high: number];
  /** 256 packed colours in the byte order of ImageData on this machine. */
  readonly lut: Uint32Array;
  /** Entry of `lut` for a value; clamped to the domain. */
  readonly index: (value: number) => number;
}

/** A colour of the scale in CIELAB a, b at a place t in [0, 1]; its lightness follows from t. */
type Stop = readonly [t: number, a: number, b: number];
interface Hue {
  readonly lightness: number;
  readonly stops: readonly Stop[];
}

// Blue against orange stays apart for every common colour blindness; ends differ in hue only, so that equal sizes look equally strong.
const POSITIVE = {
  light: {
    lightness: 28,
    stops: [
      [0.5, -6, -34],
      [1, 14, -46],
    ],
  },
  dark: {
    lightness: 86,
    stops: [
      [0.5, -2, -48],
      [1, -14, -24],
    ],
  },
} satisfies Record<Palette['theme'], Hue>;
const NEGATIVE = {
  light: {
    lightness: 28,
    stops: [
      [0.5, 34, 52],
      [1, 38, 38],
    ],
  },
  dark: {
    lightness: 86,
    stops: [
      [0.5, 42, 54],
      [1, 12, 52],
    ],
  },
} satisfies Record<Palette['theme'], Hue>;
const SEQUENTIAL = {
  light: {
    lightness: 18,
    stops: [
      [0.3, -24, 10],
      [0.6, -22, -16],
      [1, 22, -40],
    ],
  },
  dark: {
    lightness: 95,
    stops: [
      [0.35, -2, -34],
      [0.65, -36, 4],
      [1, -14, 44],
    ],
  },
} satisfies Record<Palette['theme'], Hue>;

function shade(panel: string, hue: Hue, t: number): string {
  const start = lab(panel);
  const stops: readonly Stop[] = [[0, start.a, start.b], ...hue.stops];
  const upper = Math.max(
    1,
    stops.findIndex(([place]) => place >= t),
  );
  const [t0, a0, b0] = stops[upper - 1]!;
  const [t1, a1, b1] = stops[upper]!;
  const share = (t - t0) / (t1 - t0);
  return lab(start.l + t * (hue.lightness - start.l), a0 + share * (a1 - a0), b0 + share * (b1 - b0)).formatHex();
}

/** Colours of the scale from its low to its high end. Diverging scales have an exact middle, entry 127; entry 255 repeats the end. */
export function lookUpTable(kind: Ramp['kind'], palette: Palette): Uint32Array {
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const t = kind === 'sequential' ? i / 255 : (Math.min(i, 254) - 127) / 127;
    const hue = kind === 'sequential' ? SEQUENTIAL : t < 0 ? NEGATIVE : POSITIVE;
    const colour = lab(shade(palette.panel, hue[palette.theme], Math.abs(t)))
      .rgb()
      .clamp();
    bytes.set([colour.r, colour.g, colour.b, 255], 4 * i);
  }
  return new Uint32Array(bytes.buffer);
}

export function ramp(matrix: Pick<Matrix, 'signed'>, range: Range, scale: ColourScale, palette: Palette): Ramp {
  const [low, high] = scale.domain ?? [range.low, range.high];
  if (matrix.signed && low < 0) {
    const m = Math.max(-low, high) || 1;
    const domain = [-m, m] as const;
    return {
      kind: 'diverging',
      log: false,
      domain,
      lut: lookUpTable('diverging', palette),
      index: (v) => 127 + Math.round(127 * clamp(v / m, -1)),
    };
  }
  const top = high > 0 ? high : 1;
  const lut = lookUpTable('sequential', palette);
  if (scale.log && !matrix.signed && high > 0) {
    // Six decades at most: below them float32 sums are noise, and a single tiny value must not eat the ramp.
    const bottom = Math.max(Math.min(range.smallest, top / 10), top * 1e-6);
    const decades = Math.log(top / bottom);
    const index = (v: number): number => (v <= bottom ? 0 : Math.round(255 * clamp(Math.log(v / bottom) / decades, 0)));
    return { kind: 'sequential', log: true, domain: [bottom, top], lut, index };
  }
  return { kind: 'sequential', log: false, domain: [0, top], lut, index: (v) => Math.round(255 * clamp(v / top, 0)) };
}

const clamp = (t: number, low: number): number => (t > low ? Math.min(1, t) : low);

export interface Range {
  readonly low: number;
  readonly high: number;
  /** Smallest positive value, where a log ramp may begin; Infinity when there is none. */
  readonly smallest: number;
}

/** The range of what is visible: hidden columns and impossible entries do not count. */
export function rangeOf(matrix: Matrix, hidden: ReadonlySet<number> = new Set()): Range {
  const width = matrix.cols.length;
  let low = 0;
  let high = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let row = 0; row < matrix.rows.length; row++) {
    const end = matrix.causal ? Math.min(width, row + 1) : width;
    for (let col = 0; col < end; col++) {
      const value = matrix.data[row * width + col]!;
      if (hidden.has(col) || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      if (value > 0 && value < smallest) smallest = value;
    }
  }
  return { low, high, smallest };
}

/** One domain for several pictures ("same scale everywhere"). */
export function sharedDomain(ranges: readonly Range[]): readonly [low: number, high: number] {
  return [Math.min(0, ...ranges.map((r) => r.low)), Math.max(0, ...ranges.map((r) => r.high))];
}

/** CSS colour of entry i of the table. */
export function cssColour(lut: Uint32Array, i: number): string {
  const bytes = new Uint8Array(lut.buffer, lut.byteOffset + 4 * i, 3);
  return `#${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
