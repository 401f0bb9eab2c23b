// What stands under a colour ramp: numbers at their places, and the colours as a CSS gradient. Pure.

import { cssColour, type Ramp } from './colourScale';
import { formatTick } from './numbers';

export interface Tick {
  /** Place along the ramp, 0…1. */
  readonly at: number;
  readonly text: string;
}

export function legendTicks(ramp: Ramp): Tick[] {
  const [low, high] = ramp.domain;
  if (ramp.log) {
    const decades = Math.log10(high / low);
    const every = Math.max(1, Math.ceil(decades / 3));
    const ticks: Tick[] = [];
    for (let power = Math.floor(Math.log10(high) + 1e-9); ; power -= every) {
      const at = (power - Math.log10(low)) / decades;
      // The low end has its own number; a decade too close to it would overlap.
      if (at < 0.2) break;
      if (at <= 0.8) ticks.unshift({ at, text: formatTick(10 ** power) });
    }
    return [{ at: 0, text: `≤${formatTick(low)}` }, ...ticks, { at: 1, text: formatTick(high) }];
  }
  return [low, (low + high) / 2, high].map((value, i) => ({ at: i / 2, text: formatTick(value) }));
}

/** Colours along the ramp, evenly spaced; sixteen steps hide the steps. */
export function gradientStops(ramp: Ramp): string[] {
  const last = ramp.kind === 'diverging' ? 254 : 255;
  return Array.from({ length: 17 }, (_, i) => cssColour(ramp.lut, Math.round((last * i) / 16)));
}
