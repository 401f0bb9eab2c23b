// What is not computed unasked: its price, and the button.

import type { Plan } from '../../engine/protocol';
import type { Slot, SlotName } from '../../state/store';
import { formatBytes, formatFlops, formatSeconds } from './format';
import { SlotFrame } from './SlotFrame';

interface PriceProps {
  readonly name: SlotName;
  readonly slot: Slot<Plan> | undefined;
  /** The beginning of a sentence; the figures follow after a colon. */
  readonly what: string;
  /** The plan is for one of so many. */
  readonly times?: number;
  readonly onCompute: () => void;
}

export function Price({ name, slot, what, times = 1, onCompute }: PriceProps) {
  return (
    <>
      <SlotFrame name={name} slot={slot}>
        {({ flops, peakBytes, seconds }) => (
          <p className="slot-note">
            {what}: {formatFlops(flops * times)}, {formatBytes(peakBytes)}
            {seconds !== null && `, about ${formatSeconds(seconds * times)}`}.
          </p>
        )}
      </SlotFrame>
      <p className="slot-note">
        <button className="button" type="button" onClick={onCompute}>
          Compute
        </button>
      </p>
    </>
  );
}
