// Geometry of the singular-value spectrum, and what the values say about rank. Pure.

import { scaleLinear, scaleLog } from 'd3';

export interface SpectrumBar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

export interface Spectrum {
  readonly bars: readonly SpectrumBar[];
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  readonly zeros: number;
}

/** Six decades: singular values below a millionth of the first are rounding in float32. */
const DECADES = 1e-6;

export function spectrum(values: Float32Array, width: number, height: number, log: boolean): Spectrum {
  const top = values[0] ?? 0;
  const usable = top > 0 ? top : 1;
  const smallest = values.reduce((least, value) => (value > 0 && value < least ? value : least), usable);
  const scale = log
    ? scaleLog([Math.max(Math.min(smallest, usable / 10), usable * DECADES), usable], [height, 0]).clamp(true)
    : scaleLinear([0, usable], [height, 0]);
  const step = width / Math.max(1, values.length);
  const gap = step >= 4 ? 1 : 0;
  const bars = [...values].map((value, i) => {
    const y = value > 0 ? scale(value) : height;
    return { x: i * step, width: Math.max(0.5, step - gap), y, height: height - y };
  });
  const ticks = (log ? decades(scale.domain() as [number, number]) : scale.ticks(3)).map((value) => ({
    value,
    y: scale(value),
  }));
  return { bars, ticks, zeros: values.filter((value) => value === 0).length };
}

/** Powers of ten inside a domain, at most four. */
function decades([low, high]: [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / 4));
  const list: number[] = [];
  for (let power = last; power >= first; power -= every) list.push(10 ** power);
  return list;
}

/** How many singular values hold the given share of ‖T‖² = Σσ². */
export function rankOf(values: Float32Array, share: number): number {
  const whole = values.reduce((sum, value) => sum + value * value, 0);
  let held = 0;
  for (let count = 0; count < values.length; count++) {
    if (held >= share * whole) return count;
    held += values[count]! ** 2;
  }
  return values.length;
}
