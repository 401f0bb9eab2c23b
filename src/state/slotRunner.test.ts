import { describe, expect, test } from 'vitest';
import { pageState } from './selectors';
import { page, until } from './testing/page';

describe('latest request wins', () => {
  test('a second prompt while the first runs: only the second is shown, nothing of the first comes back', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const { controller, engine, state, settled } = page({ delay: (name) => (name === 'run the river' ? held : 0) });
    await controller.start('#prompt=of+spain');
    await settled();
    const first = controller.run('the river');
    expect(state().run).toBeNull();
    expect(state().slots).toEqual({});
    const second = controller.run('mary and john');
    release();
    await Promise.all([first, second]);
    await settled();
    expect(state().run?.prompt).toBe('mary and john');
    expect(state().slots.tensor?.value?.matrix.rows.labels).toEqual(['[BOS]', 'mary', 'and', 'john']);
    expect(engine.log.filter((name) => name.startsWith('run'))).toHaveLength(3);
  });

  test('a prompt typed while the model opens is the one that runs', async () => {
    const { controller, engine, state, settled } = page({ delay: (name) => (name.startsWith('open') ? 30 : 0) });
    const started = controller.start('#prompt=of+spain');
    await until(() => state().activity === 'opening');
    await controller.run('the river');
    await started;
    await settled();
    expect(engine.log.filter((name) => !name.startsWith('map')).slice(0, 2)).toEqual(['open auto', 'run the river']);
    expect(state().run?.prompt).toBe('the river');
  });

  test('a newer question of the same run replaces the older one; its late reply is dropped', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    let hold = true;
    const { controller, state, settled } = page({ delay: (name) => (name === 'map rollout' && hold ? held : 0) });
    await controller.start('#prompt=the+river+of');
    await until(() => state().slots.rollout?.status === 'loading' && state().slots.tensor?.status === 'ready');
    hold = false;
    controller.change({ range: [1, 3] });
    release();
    await settled();
    expect(state().slots.rollout?.key).toBe('map {"map":"rollout","range":[1,3]}');
    expect(state().slots.rollout?.valueKey).toBe(state().slots.rollout?.key);
  });

  test('a row asked for by a click does not wait for a long map', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const { controller, state, settled } = page({ delay: (name) => (name === 'map flow' ? held : 0) });
    await controller.start('#prompt=the+river+of');
    await until(() => state().slots.flow?.progress != null);
    controller.pin(1, undefined, false);
    await until(() => state().slots.row?.status === 'ready');
    expect(state().slots.flow?.status).toBe('loading');
    release();
    await settled();
    expect(pageState(state())).toBe('ready');
  });

  test('going back to an earlier range asks nothing anew', async () => {
    const { controller, engine, settled } = page();
    await controller.start('#prompt=the+river+of');
    await settled();
    controller.change({ range: [1, 3] });
    await settled();
    const asked = engine.log.length;
    controller.change({ range: null });
    await settled();
    expect(engine.log).toHaveLength(asked);
  });
});
