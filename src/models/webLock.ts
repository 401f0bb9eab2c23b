// One tab at a time: what several tabs of this browser must not do at once, by name. Without Web Locks (Node, old browsers) nobody waits.

import { cancelled, throwIfAborted } from '../tensor/errors';

/**
 * Runs `use` while no other tab holds the name. `onWaiting`: another one does now. Rejects with `cancelled` when the signal is aborted before its
 * turn; a tab that is closed or crashes gives its turn away.
 */
export async function inTurn<T>(
  name: string,
  { signal, onWaiting }: { readonly signal?: AbortSignal | undefined; readonly onWaiting?: (() => void) | undefined },
  use: () => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return use();
  let waiting = true;
  const waits = locks.query().then(({ held }) => {
    if (waiting && held?.some((lock) => lock.name === name)) onWaiting?.();
  });
  try {
    return await locks.request(name, signal ? { signal } : {}, async () => {
      waiting = false;
      return use();
    });
  } catch (error) {
    if (waiting && signal?.aborted) throw cancelled();
    throw error;
  } finally {
    waiting = false;
    await waits;
  }
}
