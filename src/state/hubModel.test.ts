import { describe, expect, test } from 'vitest';
import { UserError } from '../tensor/errors';
import { pageState } from './selectors';
import { page } from './testing/page';

describe('a model of the hub', () => {
  const link = '#v=1&model=acme%2Ftiny&revision=v1&hub=http://localhost:8000&prompt=the+river&device=reference';
  const draft = { id: 'acme/tiny', revision: 'v1', base: 'http://localhost:8000' };

  test('in a link is asked for first, and downloaded once the reader says so', async () => {
    const { controller, engine, state, settled, links } = page();
    await controller.start(link);
    await settled();
    expect(engine.log).toEqual(['storedModels']);
    expect(state().hubDialog).toEqual(draft);
    expect(state().problem).toMatchObject({ sentence: expect.stringMatching(/Nothing has been downloaded yet/) });
    expect(pageState(state())).toBe('error');
    await controller.openHub(draft);
    await settled();
    expect(engine.log.slice(0, 3)).toEqual(['storedModels', 'open reference', 'run the river']);
    expect(pageState(state())).toBe('ready');
    expect(state()).toMatchObject({ hubDialog: null, problem: null, model: { id: 'acme/tiny', revision: 'v1' } });
    expect(links).toEqual([]);
  });

  test('that is stored opens at once', async () => {
    const { controller, engine, state, settled } = page();
    await engine.open({ model: { kind: 'hub', ...draft }, device: 'reference' });
    await controller.start(link);
    await settled();
    expect(state().hubDialog).toBeNull();
    expect(state().run?.prompt).toBe('the river');
  });

  test('is chosen in the dialog, carried by the link, and left again; another revision is another model', async () => {
    const { controller, state, settled, links } = page();
    await controller.start('#v=1&prompt=the+river');
    await settled();
    controller.askHub();
    expect(state().hubDialog).toEqual({ id: '', revision: 'main', base: 'https://huggingface.co' });
    await controller.openHub({ id: 'acme/tiny', revision: 'main', base: 'https://huggingface.co' });
    await settled();
    expect(links.at(-1)).toBe('push #v=1&model=acme%2Ftiny&revision=main&prompt=the+river');
    expect(pageState(state())).toBe('ready');
    await controller.restore('#v=1&model=acme%2Ftiny&revision=v2&prompt=the+river');
    await settled();
    expect(state().run).toBeNull();
    expect(state().hubDialog).toMatchObject({ revision: 'v2' });
    controller.closeHub();
    await controller.openModel('tiny-world');
    await settled();
    expect(state().settings).toMatchObject({ model: 'tiny-world', revision: null, hub: 'https://huggingface.co' });
    expect(pageState(state())).toBe('ready');
  });

  test('opens with the weights that were chosen; the link carries them, another model begins with float32', async () => {
    const { controller, engine, state, settled, links } = page();
    await controller.start('#v=1&prompt=the+river');
    await controller.openHub(draft, 'f16');
    await settled();
    expect(engine.log).toContain('open auto f16');
    expect(links.at(-1)).toContain('&weights=f16&prompt=the+river');
    await controller.openHub(draft); // from the list of stored models: as it is
    await settled();
    expect(engine.log.filter((call) => call.startsWith('open'))).toEqual(['open auto', 'open auto f16']);
    await controller.openHub(draft, 'f32');
    await settled();
    expect(engine.log.filter((call) => call.startsWith('open')).at(-1)).toBe('open auto');
    controller.change({ weights: 'f16' }, 'push');
    await settled();
    expect(engine.log.filter((call) => call.startsWith('open')).at(-1)).toBe('open auto f16');
    expect(pageState(state())).toBe('ready');
    await controller.openModel('tiny-world');
    await settled();
    expect(state().settings.weights).toBe('f32');
    expect(engine.log.filter((call) => call.startsWith('open')).at(-1)).toBe('open auto');
  });

  test('that the browser could not store opens, with a remark', async () => {
    const remark = 'acme/tiny could not be stored: the browser’s storage for this page is full.';
    const { controller, state, settled } = page({ storeFull: true, model: { remarks: [remark] } });
    await controller.start(link);
    await controller.openHub(draft);
    await settled();
    expect(pageState(state())).toBe('ready');
    expect(state().notes).toEqual([remark]);
  });

  test('that moved on is deleted, downloaded and opened anew', async () => {
    const { controller, engine, state, settled } = page();
    await controller.start(link);
    await controller.openHub(draft);
    await settled();
    engine.log.length = 0;
    await controller.updateHub(draft);
    await settled();
    expect(engine.log.slice(0, 3)).toEqual(['deleteModel acme/tiny', 'open reference', 'run the river']);
    expect(pageState(state())).toBe('ready');
  });

  test('whose download fails says why, and keeps the dialog', async () => {
    const { controller, state, settled } = page({
      fail: (name) => (name === 'open reference' ? new UserError('network', 'The connection was lost.') : null),
    });
    await controller.start(link);
    await controller.openHub(draft);
    await settled();
    expect(state()).toMatchObject({
      hubDialog: draft,
      problem: { sentence: 'The connection was lost.', remedy: 'retry' },
    });
  });
});
