// An engine keeps one run beside the page's, and a comparison and the faithfulness tests both need it. Whoever does holds the place from its run to the
// last question about it; the next one waits. So nobody is answered about another's run, and nothing that is under way is lost.

import { cancelled } from '../tensor/errors';

interface Place {
  /** Resolves when all who have asked so far are done. */
  free: Promise<void>;
  /** Who holds the place or waits for it. */
  count: number;
}

const places = new WeakMap<object, Place>();

/** `onWait`: called when somebody else holds the place. Rejects with UserError 'cancelled' when `signal` aborts before its turn. */
export async function holdingBeside<T>(
  engine: object,
  signal: AbortSignal,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const place = places.get(engine) ?? { free: Promise.resolve(), count: 0 };
  places.set(engine, place);
  const before = place.free;
  let leave: () => void = () => {};
  const mine = new Promise<void>((done) => {
    leave = done;
  });
  place.free = before.then(() => mine);
  if (place.count++ > 0) onWait();
  try {
    await orAborted(before, signal);
    if (signal.aborted) throw cancelled();
    return await work();
  } finally {
    place.count--;
    leave();
  }
}

/** Resolves with the first of the two, and leaves no listener behind. */
function orAborted(free: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      done();
    };
    if (signal.aborted) return done();
    signal.addEventListener('abort', end);
    void free.then(end);
  });
}
