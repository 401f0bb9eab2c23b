import { afterEach, expect, test, vi } from 'vitest';
import { inTurn } from './webLock';

afterEach(() => vi.unstubAllGlobals());

/** Web Locks, as far as they are used: exclusive, in order, given up when the signal is aborted before the turn. */
function stubLocks() {
  const last = new Map<string, Promise<unknown>>();
  const held = new Set<string>();
  const locks = {
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
    async request(name: string, { signal }: { signal?: AbortSignal }, use: () => Promise<unknown>) {
      const before = last.get(name) ?? Promise.resolve();
      const mine = (async () => {
        const aborted = new Promise<never>((_, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
        );
        await Promise.race([before, aborted]);
        held.add(name);
        try {
          return await use();
        } finally {
          held.delete(name);
        }
      })();
      last.set(name, Promise.allSettled([before, mine]));
      return mine;
    },
  };
  vi.stubGlobal('navigator', { locks });
}

function held() {
  let release = () => {};
  const done = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { done, release };
}

test('The second waits, says so, and goes on when the first is done, also when that failed; other names do not wait', async () => {
  stubLocks();
  const { done, release } = held();
  const order: string[] = [];
  const first = inTurn('file', {}, async () => {
    order.push('first begins');
    await done;
    order.push('first');
    throw new Error('broke off');
  }).catch((error: Error) => error.message);
  await vi.waitFor(() => expect(order).toEqual(['first begins']));
  const second = inTurn('file', { onWaiting: () => order.push('second waits') }, async () => order.push('second'));
  await inTurn('other', { onWaiting: () => order.push('never') }, async () => order.push('other'));
  await vi.waitFor(() => expect(order).toContain('second waits'));
  release();
  expect(await first).toBe('broke off');
  await second;
  expect(order).toHaveLength(5);
  expect(order).toContain('other');
  expect(order.slice(-2)).toEqual(['first', 'second']);
});

test('Whoever waits can be cancelled, and never does the work', async () => {
  stubLocks();
  const { done, release } = held();
  const first = inTurn('file', {}, () => done);
  const abort = new AbortController();
  const use = vi.fn(async () => {});
  const second = inTurn('file', { signal: abort.signal }, use);
  abort.abort();
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  release();
  await first;
  expect(use).not.toHaveBeenCalled();
});

test('Where there are no locks nobody waits', async () => {
  vi.stubGlobal('navigator', {});
  expect(await inTurn('file', {}, async () => 7)).toBe(7);
});
