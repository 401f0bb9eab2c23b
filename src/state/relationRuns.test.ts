// Relation runs without a page: the latest request wins, errors are sentences, another model starts afresh.

import { expect, test } from 'vitest';
import type { CallOptions, RelationRequest, RelationResult } from '../engine/protocol';
import { cancelled, UserError } from '../tensor/errors';
import { createRelationRuns } from './relationRuns';

const requestOf = (layer: number) => ({ layer }) as RelationRequest;

/** Answers when it is told to. */
function bench() {
  const asked: { layer: number; options: CallOptions; done: (error?: Error) => void }[] = [];
  const runs = createRelationRuns({
    relation: ({ layer }, options) =>
      new Promise((resolve, reject) => {
        options.signal!.addEventListener('abort', () => reject(cancelled()));
        asked.push({
          ...{ layer, options },
          done: (error) => (error ? reject(error) : resolve({ layer } as RelationResult)),
        });
      }),
  });
  runs.turnTo('tiny-world');
  return { runs, asked, now: () => runs.store.getState() };
}

test('keeps what was asked beside what came of it; a sweep leaves the relation there', async () => {
  const { runs, asked, now } = bench();
  const decoding = runs.ask('decode', () => requestOf(0));
  expect(now().doing).toBe('decode');
  asked[0]!.options.onProgress!({ name: 'relation', share: 0.5, plan: null });
  expect(now().progress?.share).toBe(0.5);
  asked[0]!.done();
  expect(await decoding).toBe(true);
  expect(now()).toMatchObject({
    doing: null,
    progress: null,
    decoded: { request: { layer: 0 }, result: { layer: 0 } },
  });
  const sweeping = runs.ask('sweep', () => requestOf(1));
  asked[1]!.done();
  await sweeping;
  expect(now()).toMatchObject({ decoded: { request: { layer: 0 } }, sweep: { result: { layer: 1 } } });
});

test('the latest request wins', async () => {
  const { runs, asked, now } = bench();
  const first = runs.ask('decode', () => requestOf(0));
  const second = runs.ask('decode', () => requestOf(1));
  expect(asked[0]!.options.signal!.aborted).toBe(true);
  asked[1]!.done();
  expect([await first, await second]).toEqual([false, true]);
  expect(now()).toMatchObject({ error: null, decoded: { request: { layer: 1 } } });
});

test('what goes wrong is said, also what cannot be asked', async () => {
  const { runs, asked, now } = bench();
  const asking = runs.ask('decode', () => requestOf(0));
  asked[0]!.done(new UserError('bad-request', 'The relation has one subject.'));
  expect(await asking).toBe(false);
  expect(now()).toMatchObject({ doing: null, error: 'The relation has one subject.', decoded: null });
  await runs.ask('decode', () => {
    throw new UserError('bad-request', 'Line 3 has no object.');
  });
  expect(now().error).toBe('Line 3 has no object.');
});

test('stops in silence, and forgets what another model said', async () => {
  const { runs, asked, now } = bench();
  const stopped = runs.ask('decode', () => requestOf(0));
  runs.stop();
  expect(await stopped).toBe(false);
  expect(now()).toMatchObject({ doing: null, error: null });
  const kept = runs.ask('decode', () => requestOf(2));
  asked[1]!.done();
  await kept;
  runs.turnTo('tiny-world');
  expect(now().decoded).not.toBeNull();
  runs.turnTo('other');
  expect(now()).toMatchObject({ about: 'other', decoded: null });
});
