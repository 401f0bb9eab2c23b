import { beforeAll, describe, expect, test } from 'vitest';
import { createFakeEngine } from '../state/testing/fakeEngine';
import type { EngineApi, MapRequest } from './protocol';
import { createStoredEngine, readSession, recordSession, requestKey, type StoredSession, writeSession } from './stored';

const map: MapRequest = { map: 'rollout', range: [0, 4] };
let live: EngineApi;
let session: StoredSession;

beforeAll(async () => {
  live = createFakeEngine();
  const model = await live.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'auto' });
  session = await recordSession(live, model, 'the river of spain', (run) => [
    { call: 'map', request: map },
    { call: 'slice', request: { token: run.tokens.length - 1, target: null, range: [0, 4], gateRule: 'half' } },
    { call: 'pair', request: { token: 2, source: 1, directions: 3, range: [0, 4], gateRule: 'half' } },
    {
      call: 'layers',
      request: { target: { token: 2, class: null, direction: { kind: 'centred' } }, gateRule: 'half', kind: 'from' },
    },
    { call: 'checkLogits', request: null },
    { call: 'lookUp', request: ['spain', 'nowhere'] },
  ]);
});

describe('stored session', () => {
  test('comes back from its file bit by bit', () => {
    expect(readSession(writeSession(session))).toEqual(session);
  });

  test('serves what was recorded, as the live engine answered it', async () => {
    const stored = createStoredEngine(readSession(writeSession(session)));
    expect(await stored.map({ range: [0, 4], map: 'rollout' } as MapRequest)).toEqual(await live.map(map));
    expect(await stored.lookUp(['spain', 'nowhere'])).toEqual([15, null]);
    expect((await stored.run({ text: 'the river of spain' })).tokens).toHaveLength(5);
  });

  test('read for the first picture answers at once; a damaged reply is told when it is asked for, the others serve', async () => {
    const file = JSON.parse(writeSession(session)) as {
      calls: { call: string; reply: { matrix?: { unit: unknown } } }[];
    };
    file.calls.find(({ call }) => call === 'pair')!.reply.matrix!.unit = 7;
    const stored = createStoredEngine(readSession(JSON.stringify(file), 'when used'));
    expect(stored.recorded(requestKey('map', map))).toEqual(await live.map(map));
    expect(stored.recorded(requestKey('map', map))).toBe(stored.recorded(requestKey('map', map)));
    const pair = { token: 2, source: 1, directions: 3, range: [0, 4], gateRule: 'half' } as const;
    expect(stored.recorded(requestKey('pair', pair))).toBeUndefined();
    await expect(stored.pair(pair)).rejects.toThrow('not a Tensorscope export of version 1 (pair matrix.unit');
  });

  test('keeps what the reader must know of the model: remarks, and how its weights lie on the device', () => {
    const model = {
      ...session.model,
      storedAs: 'Q4_K',
      remarks: ['One of its files was not read.'],
      weights: { storage: 'f16', bytes: 500, error: 1e-4, weight: 'h.0', streamed: { bytes: 100, budget: 300 } },
    } as const;
    expect(readSession(writeSession({ ...session, model })).model).toEqual(model);
  });

  test('says that anything else needs the live model', async () => {
    const stored = createStoredEngine(session);
    await expect(stored.map({ map: 'flow', range: [0, 4] })).rejects.toThrow('it needs the live model');
    await expect(stored.run({ text: 'other words' })).rejects.toThrow('other prompts need the live model');
  });

  test('an aborted request is cancelled', async () => {
    const stored = createStoredEngine(session);
    await expect(stored.map(map, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('the order of keys does not matter to a request', () => {
    expect(requestKey('map', { a: 1, b: { c: 2, d: 3 } })).toBe(requestKey('map', { b: { d: 3, c: 2 }, a: 1 }));
  });
});

describe('a file that is not a session', () => {
  const broken = (change: (value: Record<string, unknown>) => void) => {
    const value = JSON.parse(writeSession(session)) as Record<string, unknown>;
    change(value);
    return () => readSession(JSON.stringify(value));
  };

  test('is refused with a sentence', () => {
    expect(() => readSession('{')).toThrow('not readable JSON');
    expect(() => readSession('[]')).toThrow('not a Tensorscope export');
    expect(
      broken((value) => {
        value.version = 9;
      }),
    ).toThrow('version');
    expect(
      broken((value) => {
        value.run = { tokens: [] };
      }),
    ).toThrow('run');
  });

  test('a matrix whose numbers do not fill its axes is refused', () => {
    expect(
      broken((value) => {
        const calls = value.calls as { reply: { matrix: { data: unknown } } }[];
        calls[0]!.reply.matrix.data = { f32: 'AAAAAA==' };
      }),
    ).toThrow('a matrix of the wrong size');
  });

  test.each([
    ['pair', { operator: 'magic' }, 'pair operator'],
    ['layers', { operator: 7 }, 'layers operator'],
  ])('an operator of %s that does not exist is refused', (call, wrong, where) => {
    const file = JSON.parse(writeSession(session)) as { calls: { call: string; request: object }[] };
    const recorded = file.calls.find((each) => each.call === call)!;
    recorded.request = { ...recorded.request, operator: 'attnlrp' };
    expect(readSession(JSON.stringify(file)).calls).toHaveLength(session.calls.length);
    recorded.request = { ...recorded.request, ...wrong };
    expect(() => readSession(JSON.stringify(file))).toThrow(`not a Tensorscope export of version 1 (${where}`);
  });

  test('bytes that are not base64 are refused', () => {
    const text = writeSession(session).replace(/"f32":"[^"]{4}/, '"f32":"@@@@');
    expect(() => readSession(text)).toThrow('not a Tensorscope export');
  });
});
