// Around every picture that the engine fills: the picture, dimmed while it answers an older question; progress; an error in its place with a
// way to try again; "stored" until the live result is there.

import type { ReactNode } from 'react';
import { isStale } from '../../state/selectors';
import type { Slot, SlotName } from '../../state/store';
import { useController } from '../context';
import { Boundary } from './Boundary';

interface SlotFrameProps<T> {
  readonly name: SlotName;
  readonly slot: Slot<T> | undefined;
  readonly children: (value: T) => ReactNode;
  /** Height kept free before the first picture. */
  readonly tall?: boolean;
}

export function SlotFrame<T>({ name, slot, children, tall = false }: SlotFrameProps<T>) {
  const controller = useController();
  if (slot === undefined) return <div className="slot" data-tall={tall} />;
  const { status, value, error, progress } = slot;
  const stale = isStale(slot);
  return (
    <div className="slot" data-tall={tall && value === null} data-stale={stale} aria-busy={status === 'loading'}>
      {value !== null && (
        <div className="slot-picture">
          <Boundary about={value}>
            <Picture draw={children} value={value} />
          </Boundary>
        </div>
      )}
      {status === 'loading' && (
        <p className="slot-note">
          {progress === null
            ? stale
              ? 'updating …'
              : 'waiting …'
            : `${progress.name} ${Math.round(progress.share * 100)} %`}
        </p>
      )}
      {status === 'cancelled' && (
        <p className="slot-note">
          Cancelled{stale && value !== null ? '; the picture answers the question before' : ''}.{' '}
          <button className="button" type="button" onClick={() => controller.retry(name)}>
            Compute
          </button>
        </p>
      )}
      {status === 'error' && (
        <p className="slot-note slot-error" role="alert">
          {error}{' '}
          <button className="button" type="button" onClick={() => controller.retry(name)}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** A component of its own, so that what it throws reaches the boundary above it. */
function Picture<T>({ draw, value }: { draw: (value: T) => ReactNode; value: T }) {
  return draw(value);
}
