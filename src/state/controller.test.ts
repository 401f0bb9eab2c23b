import { describe, expect, test } from 'vitest';
import { pageState } from './selectors';
import { examples, page, until } from './testing/page';

describe('start', () => {
  test('opens, runs the first example, asks the row first, then the maps, then the logits', async () => {
    const { controller, engine, state, settled } = page();
    await controller.start('');
    await settled();
    expect(engine.log).toEqual([
      'open auto',
      `run ${examples[0]!.prompt}`,
      'lookUp john',
      'row 13',
      'map in_out',
      'map rollout',
      'map flow',
      'map attention',
      'checkLogits',
    ]);
    expect(pageState(state())).toBe('ready');
    expect(state().settings).toMatchObject({ pinned: [], direction: 'contrast', rivals: [6] });
    expect(state().slots.tensor?.value?.matrix.data).toHaveLength(14 * 14);
  });

  test('a link opens its own prompt; nonsense is told in one sentence; a range beyond the model is replaced', async () => {
    const { controller, state, settled } = page();
    await controller.start('#v=1&prompt=the+river&pin=1,77&blocks=2-99&tab=banana');
    await settled();
    expect(state().run?.prompt).toBe('the river');
    expect(state().settings).toMatchObject({ pinned: [1], range: null, tab: 'row' });
    expect(state().notes).toEqual([
      'Parts of the link made no sense and were ignored: tab.',
      'The prompt has 3 tokens, so a pinned token beyond them was released.',
      'The model has 4 blocks, so the range 2–99 was replaced by all of them.',
    ]);
  });
});

describe('a link without a prompt', () => {
  test('opens the first example with everything else that the link says', async () => {
    const { controller, state, settled } = page();
    await controller.start('#v=1&map=in&blocks=1-3&pin=1&tab=layers');
    await settled();
    const { settings, run } = state();
    expect(run?.prompt).toBe(state().examples[0]?.prompt);
    expect(settings).toMatchObject({ map: 'in', range: [1, 3], pinned: [1], tab: 'layers' });
  });
});

describe('pins and history', () => {
  test('click pins, click again releases, shift adds up; each is an entry of the history', async () => {
    const { controller, engine, state, settled, links } = page();
    await controller.start('#prompt=the+river+of+spain');
    await settled();
    controller.pin(2, undefined, false);
    controller.pin(3, undefined, true);
    await settled();
    expect(state().settings.pinned).toEqual([2, 3]);
    expect(engine.log).toContain('row 2+3');
    controller.pin(4, 1, false);
    expect(state().settings).toMatchObject({ pinned: [4], source: 1 });
    controller.pin(4, 1, false);
    expect(state().settings).toMatchObject({ pinned: [], source: null });
    expect(links.every((link) => link.startsWith('push'))).toBe(true);
    expect(links).toHaveLength(4);
  });

  test('hover previews the row only while nothing is pinned', async () => {
    const { controller, engine, settled } = page();
    await controller.start('#prompt=the+river+of+spain');
    await settled();
    controller.hover({ row: 2, col: 0 });
    await until(() => engine.log.includes('row 2'));
    controller.pin(4, undefined, false);
    controller.hover({ row: 1, col: 0 });
    await new Promise((done) => setTimeout(done, 100));
    expect(engine.log).not.toContain('row 1');
  });

  test('back restores the earlier prompt and pins', async () => {
    const { controller, state, settled, links } = page();
    await controller.start('#v=1&prompt=the+river');
    await settled();
    controller.pin(1, undefined, false);
    const earlier = links.at(-1)!.split(' ')[1]!;
    await controller.run('of spain and paris');
    await settled();
    await controller.restore(earlier);
    await settled();
    expect(state().run?.prompt).toBe('the river');
    expect(state().settings.pinned).toEqual([1]);
  });

  test('maps of singular values wait until the reader asks for them', async () => {
    const { controller, engine, state, settled } = page();
    await controller.start('#prompt=the+river&map=nuclear');
    await settled();
    expect(engine.log).not.toContain('map nuclear');
    controller.approve('map {"gateRule":"half","map":"nuclear","range":[0,4]}');
    await settled();
    expect(state().slots.tensor?.status).toBe('ready');
  });
});
