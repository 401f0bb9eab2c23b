import { describe, expect, test } from 'vitest';
import { decodeLink, encodeLink } from '../share/permalink';
import { defaultSettings, type Settings } from '../share/settings';
import { UserError } from '../tensor/errors';
import { differing, otherSettings, swapped } from './comparison';
import { createController } from './controller';
import { isBusy } from './selectors';
import { createAppStore } from './store';
import { createFakeEngine, type FakeOptions } from './testing/fakeEngine';

const settings: Settings = { ...defaultSettings, room: 'compare', prompt: 'the river of paris', pinned: [2], class: 5 };

describe('the second side', () => {
  test('is the first but for what it says', () => {
    const other = otherSettings({ ...settings, other: { direction: 'logit' } });
    expect(other).toMatchObject({ prompt: settings.prompt, pinned: [2], class: 5, direction: 'logit' });
  });

  test('of another prompt has no pins and no class of the first', () => {
    const other = otherSettings({ ...settings, other: { prompt: 'the river of rome' } });
    expect(other).toMatchObject({ pinned: [], class: null, rivals: [] });
  });

  test('says only what differs', () => {
    expect(differing({ direction: 'centred', prompt: 'x', pinned: [] }, settings)).toEqual({ prompt: 'x' });
  });

  test('of another prompt keeps a pin that the first side happens to have too', () => {
    const side = { prompt: 'the river of rome', pinned: [2] };
    expect(differing(side, settings)).toEqual(side);
    expect(otherSettings({ ...settings, other: side }).pinned).toEqual([2]);
  });

  test('swapped twice is what it was', () => {
    const before = { ...settings, other: { prompt: 'the river of rome', pinned: [3], class: null, rivals: [] } };
    const once = { ...before, ...swapped(before) };
    expect(once.prompt).toBe('the river of rome');
    expect(otherSettings(once).prompt).toBe(settings.prompt);
    const twice = { ...once, ...swapped(once) };
    expect(otherSettings(twice)).toEqual(otherSettings(before));
    expect(twice).toMatchObject({ prompt: settings.prompt, pinned: [2], class: 5 });
  });

  test('travels with the link, and nonsense is ignored', () => {
    const wanted = { ...settings, other: { prompt: 'a, b & c', pinned: [1, 2], class: null } };
    expect(decodeLink(encodeLink(wanted)).settings.other).toEqual(wanted.other);
    const bad = decodeLink('#v=1&room=compare&other=pin%3D-4');
    expect(bad.ignored).toEqual(['other']);
    expect(bad.settings.other).toEqual({});
  });
});

function page(options: FakeOptions = {}) {
  const engines: ReturnType<typeof createFakeEngine>[] = [];
  const store = createAppStore();
  const controller = createController(store, {
    createEngine: () => {
      const engine = createFakeEngine(options);
      engines.push(engine);
      return engine;
    },
    loadExamples: async () => [],
    loadStored: async () => null,
    writeLink: () => {},
  });
  const settled = async () => {
    for (let tries = 0; tries < 500; tries++) {
      const state = store.getState();
      if (!isBusy(state) && state.other?.status !== 'loading') return;
      await new Promise((done) => setTimeout(done, 2));
    }
    throw new Error('waited in vain');
  };
  return { engines, store, controller, settled, other: () => store.getState().other };
}

describe('the room for comparisons', () => {
  test('asks for one map and row a side, and leaves the run of the analysis alone', async () => {
    const { controller, engines, settled, other } = page();
    await controller.start('#v=1&room=compare&prompt=the+river+of+paris&other=prompt%3Dthe+river+of+rome+now');
    await settled();
    const { log } = engines[0]!;
    expect(log.filter((entry) => entry.startsWith('run'))).toEqual([
      'run the river of paris',
      'run beside the river of rome now',
    ]);
    expect(log.filter((entry) => entry.startsWith('map'))).toEqual(['map in_out', 'map in_out']);
    expect(other()?.status).toBe('ready');
    expect(other()?.answer?.run.tokens).toHaveLength(6);
    expect(other()?.answer?.map.matrix.rows.length).toBe(6);
    expect(engines).toHaveLength(1);
  });

  test('the same prompt is not run twice', async () => {
    const { controller, engines, settled, other } = page();
    await controller.start('#v=1&room=compare&prompt=the+river+of+paris&other=direction%3Dlogit');
    await settled();
    expect(engines[0]!.log.filter((entry) => entry.startsWith('run'))).toEqual(['run the river of paris']);
    expect(other()?.status).toBe('ready');
  });

  test('another model gets an engine of its own, closed on leaving', async () => {
    const { controller, engines, settled, other } = page();
    await controller.start('#v=1&room=compare&prompt=the+river&other=model%3Dtiny-world-encoder');
    await settled();
    expect(engines).toHaveLength(2);
    expect(engines[1]!.log[0]).toBe('open auto');
    expect(other()?.status).toBe('ready');
    controller.change({ room: 'analysis' });
    await settled();
    expect(other()).toBeNull();
  });

  test('a model of the hub that is not stored, and files, are refused in words', async () => {
    const { controller, settled, other } = page();
    await controller.start('#v=1&room=compare&prompt=the+river&other=model%3Dacme%252Ftiny');
    await settled();
    expect(other()).toMatchObject({ status: 'error', error: expect.stringMatching(/downloads nothing/) });
    controller.change({ other: { model: 'file:mine' } });
    await settled();
    expect(other()).toMatchObject({ status: 'error', error: expect.stringMatching(/only the first side/) });
  });

  test('an error stays on its side and can be tried again; cancelling can be taken back', async () => {
    let broken = true;
    const { controller, settled, other, store } = page({
      fail: (name) => (broken && name.startsWith('run beside') ? new UserError('bad-prompt', 'Too long.') : null),
    });
    await controller.start('#v=1&room=compare&prompt=the+river&other=prompt%3Drome');
    await settled();
    expect(other()).toMatchObject({ status: 'error', error: 'Too long.' });
    expect(store.getState().slots.tensor?.status).toBe('ready');
    broken = false;
    controller.retryOther();
    controller.cancel();
    await settled();
    expect(other()?.status).toBe('cancelled');
    controller.retryOther();
    await settled();
    expect(other()?.status).toBe('ready');
  });
});
