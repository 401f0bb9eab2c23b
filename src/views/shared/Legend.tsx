// The colour ramp with its numbers and its unit, beside the picture that it explains.

import type { Ramp } from './colourScale';
import { gradientStops, legendTicks } from './legend';

interface LegendProps {
  readonly ramp: Ramp;
  readonly unit: string;
  /** Colours of the ramp from its lower to its upper end; left out: the ramp's own. */
  readonly stops?: readonly string[];
}

export function Legend({ ramp, unit, stops = gradientStops(ramp) }: LegendProps) {
  const ticks = legendTicks(ramp);
  return (
    <div className="view-legend">
      <div className="view-ramp" style={{ backgroundImage: `linear-gradient(to right, ${stops.join(', ')})` }}>
        {ticks.map(({ at, text }) => (
          <span key={at} style={{ left: `${at * 100}%`, transform: `translateX(${at * -100}%)` }}>
            {text}
          </span>
        ))}
      </div>
      <span className="view-unit">
        {unit}
        {ramp.log && <b> log</b>}
      </span>
    </div>
  );
}
