import { describe, expect, test } from 'vitest';
import { createController } from './controller';
import type { Example } from './examples';
import { pageState } from './selectors';
import { createAppStore } from './store';
import { createFakeEngine } from './testing/fakeEngine';
import { examples, page, until } from './testing/page';

describe('a model of images', () => {
  const image = { side: 4, patch: 2, preprocessing: 'as it is' };
  const model = { image, readToken: 0, causal: false };
  const bytes = Uint8Array.of(1, 2, 3);
  const digest = '039058c6f2c0cb492c533b0a4d14ef77'; // sha256sum of these bytes, its first half

  test('opens without a prompt and waits for a picture; the link names it and never holds it', async () => {
    const { controller, engine, state, settled, links } = page({ model });
    await controller.start('#v=1&model=acme/vit&hub=https://hub.test');
    await controller.openHub({ id: 'acme/vit', revision: 'main', base: 'https://hub.test' });
    await settled();
    expect(state()).toMatchObject({ run: null, problem: null, live: true });
    expect(pageState(state())).toBe('ready');
    await controller.openPicture({ name: 'cat~1.png', bytes });
    await settled();
    expect(engine.log.filter((entry) => entry.startsWith('run'))).toEqual(['run picture cat_1.png']);
    expect(links.at(-1)).toContain(`image=${digest}~cat_1.png`);
    expect(state().run).toMatchObject({ prompt: 'cat_1.png', image: { name: 'cat_1.png', digest } });
    // The class is explained where it is read, and patches have no row of their own.
    expect(engine.log.filter((entry) => entry.startsWith('row'))).toEqual(['row 0']);
    controller.pin(3, undefined, false);
    await settled();
    expect(engine.log.filter((entry) => entry.startsWith('row'))).toEqual(['row 0']);
    expect(state().slots.row).toBe(undefined);
  });

  test('a link asks for its picture; another of the same name is taken, with a note', async () => {
    const { controller, state, settled } = page({ model });
    const other = '0'.repeat(32);
    await controller.start(`#v=1&model=acme/vit&hub=https://hub.test&image=${other}~cat.png&pin=2&overlay=flow`);
    await controller.openHub({ id: 'acme/vit', revision: 'main', base: 'https://hub.test' });
    await settled();
    expect(state().problem?.sentence).toContain('about the picture “cat.png”. Pictures are not part of a link');
    await controller.openPicture({ name: 'cat.png', bytes });
    await settled();
    expect(state().settings).toMatchObject({ pinned: [2], overlay: 'flow', image: { name: 'cat.png', digest } });
    expect(state().notes.join()).toContain('another picture of the name cat.png');
    await controller.openPicture({ name: 'dog.png', bytes });
    await settled();
    expect(state().settings.pinned).toEqual([]);
  });

  test('an example’s picture is fetched; a link cannot fetch what no example names', async () => {
    const fetched: string[] = [];
    const engine = createFakeEngine({ model });
    const store = createAppStore();
    const shape: Example = { ...examples[0]!, prompt: '', image: 'pictures/circle.png' };
    const controller = createController(store, {
      createEngine: () => engine,
      loadExamples: async () => [shape],
      loadStored: async () => null,
      loadPicture: async (_, name) => {
        fetched.push(name);
        return { name, bytes };
      },
      writeLink: () => {},
    });
    await controller.start('');
    await until(() => pageState(store.getState()) === 'ready');
    expect(engine.log).toContain('run picture pictures/circle.png');
    await controller.restore('#v=1&image=../secret.png');
    await until(() => store.getState().problem !== null);
    expect(fetched).toEqual(['pictures/circle.png']);
    controller.dispose();
  });
});
