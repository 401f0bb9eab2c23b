// In place of what is not computed unasked: what it would take, and the buttons.

import type { ReactNode } from 'react';
import type { Plan } from '../../engine/protocol';
import { isStale } from '../../state/selectors';
import type { Slot, SlotName } from '../../state/store';
import { useController } from '../context';
import { formatFlops, planWords } from './format';

interface Offer {
  /** Compute, unless told. */
  readonly text?: string;
  /** Its part of the work, where it is not all of it. */
  readonly flops?: number | null;
  readonly onChoose: () => void;
}

interface AskFirstProps {
  /** The beginning of a sentence; the figures follow after a colon. */
  readonly what: ReactNode;
  /** The price, as the engine answers it, and the slot's name, to ask again. */
  readonly plan?: Slot<Plan | null> | undefined;
  readonly name?: SlotName;
  /** The price, where it is known without the engine. */
  readonly flops?: number;
  /** The plan is for one of so many. */
  readonly times?: number;
  readonly offers: readonly Offer[];
}

export function AskFirst({ what, plan, name, flops, times = 1, offers }: AskFirstProps) {
  const controller = useController();
  const price = flops !== undefined ? { flops } : plan === undefined || isStale(plan) ? null : plan.value;
  return (
    <>
      <p className="slot-note ask-first">
        {what}
        {price !== null && `: ${planWords(price, times)}`}.
      </p>
      {plan?.status === 'error' && (
        <p className="slot-note slot-error" role="alert">
          {plan.error}{' '}
          {name !== undefined && (
            <button className="button" type="button" onClick={() => controller.retry(name)}>
              Try again
            </button>
          )}
        </p>
      )}
      <p className="slot-note ask-first-offers">
        {offers.map(({ text = 'Compute', flops: part = null, onChoose }) => (
          <button key={text} className="button" type="button" onClick={onChoose}>
            {text}
            {part !== null && `, ${formatFlops(part)}`}
          </button>
        ))}
      </p>
    </>
  );
}
