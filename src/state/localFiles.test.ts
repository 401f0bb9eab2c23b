import { describe, expect, test } from 'vitest';
import { UserError } from '../tensor/errors';
import { pageState } from './selectors';
import { page } from './testing/page';

describe('files of this machine', () => {
  const files = [{ path: 'my model/config.json', blob: new Blob(['{}']) }];
  const link = '#v=1&model=file%3Amy+model&prompt=the+river&pin=2';

  test('open as a model that the link names, and only names', async () => {
    const { controller, engine, state, settled, links } = page();
    await controller.start('#v=1&prompt=the+river');
    await settled();
    await controller.openFiles(files);
    await settled();
    expect(links.at(-1)).toBe('push #v=1&model=file%3Amy+model&prompt=the+river');
    expect(engine.log).toContain('open my model, 1 files');
    expect(pageState(state())).toBe('ready');
  });

  test('are left by an address without a prompt, which shows the other model’s own example', async () => {
    const { controller, state, settled } = page();
    await controller.start(link);
    await controller.openFiles(files);
    await settled();
    expect(state().examples).toEqual([]);
    await controller.restore('#v=1');
    await settled();
    expect(state().run?.prompt).toBe(state().examples[0]!.prompt);
  });

  test('in a link are asked for, and keep what else the link says', async () => {
    const { controller, engine, state, settled } = page();
    await controller.start(link);
    await settled();
    expect(engine.log).toEqual([]);
    expect(state().problem).toMatchObject({ sentence: expect.stringMatching(/“my model” are files/), remedy: 'files' });
    controller.askFiles();
    expect(state().filesDialog).toBe(true);
    await controller.openFiles(files);
    await settled();
    expect(state()).toMatchObject({ filesDialog: false, problem: null, settings: { pinned: [2] } });
    expect(pageState(state())).toBe('ready');
  });

  test('of the same name, chosen again, are read again', async () => {
    const { controller, engine, settled } = page();
    await controller.start(link);
    await controller.openFiles(files);
    await settled();
    await controller.openFiles(files);
    await settled();
    expect(engine.log.filter((line) => line.startsWith('open my model'))).toHaveLength(2);
  });

  test('that are no model say why, and what is on the screen stays', async () => {
    const { controller, state, settled } = page();
    await controller.start('#v=1&prompt=the+river');
    await settled();
    const { settings, run } = state();
    await controller.openFiles([{ path: 'notes.txt', blob: new Blob([]) }]);
    expect(state().problem).toMatchObject({
      sentence: expect.stringMatching(/notes\.txt is no model/),
      remedy: 'files',
    });
    expect(state()).toMatchObject({ settings, run });
  });

  test('that cannot be read say why', async () => {
    const { controller, state, settled } = page({
      fail: (name) => (name === 'open reference' ? new UserError('bad-model', 'config.json is not valid.') : null),
    });
    await controller.start('#v=1&prompt=the+river&model=file%3Amy+model&device=reference');
    await controller.openFiles(files);
    await settled();
    expect(state().problem).toEqual({ sentence: 'config.json is not valid.', remedy: 'files' });
  });

  test('with quantised weights say so', async () => {
    const { controller, state, settled } = page({ model: { remarks: ['The weights are quantised.'] } });
    await controller.start(link);
    await controller.openFiles(files);
    await settled();
    expect(state().notes).toEqual(['The weights are quantised.']);
  });
});
