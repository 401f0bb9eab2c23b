import { describe, expect, test } from 'vitest';
import type { StoredSession } from '../engine/stored';
import { UserError } from '../tensor/errors';
import { createController } from './controller';
import type { Example } from './examples';
import { emptyPrompt } from './lifecycle';
import { recordExample } from './record';
import { isBusy, isStale, pageState } from './selectors';
import { createAppStore, type State } from './store';
import { createFakeEngine, type FakeOptions } from './testing/fakeEngine';

const examples: readonly Example[] = [
  {
    id: 'ioi',
    title: 'Who gets the drink',
    prompt: 'mary and john went to the shop , john gave a drink to',
    target: { token: 13, class: 'mary', direction: 'contrast', rivals: ['john'] },
    look: 'mary',
    why: 'because',
  },
  {
    id: 'fact',
    title: 'A river',
    prompt: 'the river of paris',
    target: { token: 4, class: 'x', direction: 'centred', rivals: [] },
    look: '',
    why: '',
  },
];

const masked: Example = {
  id: 'masked',
  title: 'A gap',
  prompt: 'the river of [MASK]',
  target: { token: 4, class: 'x', direction: 'logit', rivals: [] },
  look: '',
  why: '',
};

function page(options: FakeOptions = {}, stored: StoredSession | null = null) {
  const engine = createFakeEngine(options);
  const store = createAppStore();
  const links: string[] = [];
  const controller = createController(store, {
    createEngine: () => engine,
    loadExamples: async (model) => {
      if (/[/:]/.test(model)) return [];
      return model === 'tiny-world-encoder' ? [masked] : examples;
    },
    loadStored: async () => stored,
    writeLink: (fragment, mode) => links.push(`${mode} ${fragment}`),
  });
  const settled = () => until(() => !isBusy(store.getState()));
  return { engine, store, controller, links, settled, state: () => store.getState() };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 2));
  }
  throw new Error('waited in vain');
}

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

describe('stopping and failing', () => {
  test('Cancel aborts everything that runs and keeps what is there', async () => {
    const never = new Promise<void>(() => {});
    const { controller, state } = page({ delay: (name) => (name === 'map flow' ? never : 0) });
    await controller.start('#prompt=the+river+of');
    await until(() => state().slots.flow?.progress != null);
    controller.cancel();
    expect(isBusy(state())).toBe(false);
    expect(state().slots.flow?.status).toBe('cancelled');
    expect(state().slots.rollout?.status).toBe('ready');
    expect(pageState(state())).toBe('ready');
  });

  test('an error of one map stays in its place, with its sentence; retry asks again', async () => {
    let broken = true;
    const { controller, state, settled } = page({
      fail: (name) =>
        name === 'map flow' && broken ? new UserError('out-of-memory', 'Too large: choose fewer tokens.') : null,
    });
    await controller.start('#prompt=the+river+of');
    await settled();
    expect(state().slots.flow).toMatchObject({
      status: 'error',
      error: 'Too large: choose fewer tokens.',
      value: null,
    });
    expect(state().slots.attention?.status).toBe('ready');
    broken = false;
    controller.retry('flow');
    await settled();
    expect(state().slots.flow?.status).toBe('ready');
  });

  test('an empty prompt says so and loses nothing', async () => {
    const { controller, state, settled } = page();
    await controller.start('#prompt=the+river+of');
    await settled();
    await controller.run('  ');
    expect(state().problem?.sentence).toBe(emptyPrompt);
    expect(state().run?.prompt).toBe('the river of');
    expect(pageState(state())).toBe('error');
  });

  test('a prompt beyond the context length shows the sentence and no picture of another prompt', async () => {
    const { controller, state, settled } = page();
    await controller.start('#prompt=the+river+of');
    await settled();
    await controller.run('the '.repeat(80));
    expect(state().problem?.sentence).toContain('takes 64: shorten it');
    expect(state().run).toBeNull();
    await controller.run('the river');
    await settled();
    expect(pageState(state())).toBe('ready');
  });

  test('a lost device: the sentence, the pictures and the settings stay; reload brings them back live', async () => {
    const { controller, engine, state, settled } = page();
    await controller.start('#prompt=the+river+of&pin=2');
    await settled();
    engine.lose('The device was lost.');
    expect(state().problem).toEqual({ sentence: 'The device was lost.', remedy: 'reload' });
    expect(pageState(state())).toBe('error');
    expect(state().slots.tensor?.value).not.toBeNull();
    await controller.reload();
    await settled();
    expect(pageState(state())).toBe('ready');
    expect(state().settings.pinned).toEqual([2]);
    expect(engine.log.filter((name) => name === 'open auto')).toHaveLength(2);
  });

  test('an engine that cannot open leaves a sentence and a way to try again', async () => {
    let broken = true;
    const { controller, state, settled } = page({
      fail: (name) =>
        name.startsWith('open') && broken ? new UserError('network', 'The model could not be fetched.') : null,
    });
    await controller.start('#prompt=the+river');
    expect(state().problem).toEqual({ sentence: 'The model could not be fetched.', remedy: 'retry' });
    broken = false;
    await controller.reload();
    await settled();
    expect(pageState(state())).toBe('ready');
  });
});

describe('stored results', () => {
  async function stored() {
    const engine = createFakeEngine();
    const model = await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'auto' });
    return recordExample(engine, model, examples[0]!);
  }

  test('are on the screen before the model is open, and the live ones replace them', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const { controller, state, settled } = page(
      { delay: (name) => (name.startsWith('open') ? held : 0) },
      await stored(),
    );
    const started = controller.start('');
    await until(() => state().slots.logits?.status === 'ready');
    expect(pageState(state())).toBe('stored');
    expect(state().slots.tensor).toMatchObject({ status: 'ready', origin: 'stored' });
    expect(state().slots.row?.status).toBe('ready');
    release();
    await started;
    await settled();
    expect(pageState(state())).toBe('ready');
    expect(state().run?.origin).toBe('live');
    expect(Object.values(state().slots).every((slot) => slot?.origin === 'live')).toBe(true);
  });

  test('stay explorable when the engine cannot open: any token, both collapses, layers', async () => {
    const { controller, state } = page(
      { fail: (name) => (name.startsWith('open') ? new UserError('no-webgpu', 'No WebGPU here.') : null) },
      await stored(),
    );
    await controller.start('');
    await until(() => state().slots.logits?.status === 'ready');
    expect(state().problem?.sentence).toBe('No WebGPU here.');
    controller.pin(5, undefined, false);
    controller.change({ map: 'in' });
    controller.change({ tab: 'layers' });
    await until(() => state().slots.row?.status === 'ready' && state().slots.tensor?.status === 'ready');
    controller.pin(13, undefined, false);
    controller.change({ tab: 'slice' });
    await until(() => state().slots.slice?.status === 'error');
    expect(state().slots.slice?.error).toContain('needs the live model');
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

describe('an estimated map', () => {
  const question = 'map {"gateRule":"half","map":"norm","range":[0,4]}';
  const shown = (state: State) => state.slots.tensor?.value?.estimate?.probes ?? null;

  test('is refined step by step, in place, until it is exact', async () => {
    const { controller, engine, state, settled, store } = page({ model: { dModel: 100 } });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    expect(shown(state())).toBe(16);
    const counts: (number | null)[] = [];
    store.subscribe((now) => {
      if (counts.at(-1) !== shown(now)) counts.push(shown(now));
      expect(now.slots.tensor!.value).not.toBeNull();
      expect(isStale(now.slots.tensor!)).toBe(false);
    });
    controller.refine(question);
    await settled();
    expect(counts).toEqual([16, 32, 64, null]); // null: no estimate any more
    expect(state().slots.tensor?.key).toContain('"probes":100');
    expect(engine.log.filter((line) => line === 'map norm')).toHaveLength(4);
    expect(state().refining).toBeNull();
  });

  test.each(['stopRefining', 'cancel'] as const)('%s keeps the last picture as the answer', async (how) => {
    let hold = false;
    const never = new Promise<void>(() => {});
    const { controller, state, settled } = page({
      model: { dModel: 100 },
      delay: (name) => (hold && name === 'map norm' ? never : 0),
    });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    const picture = state().slots.tensor!.value;
    hold = true;
    controller.refine(question);
    expect(state().slots.tensor).toMatchObject({ status: 'loading', value: picture });
    controller[how]();
    await settled();
    expect(state().slots.tensor).toMatchObject({ status: 'ready', value: picture });
    expect(state().refining).toBeNull();
  });

  test('another range is another estimate, and ends the refinement', async () => {
    const { controller, state, settled } = page({
      model: { dModel: 100 },
      delay: (name) => (name === 'map norm' ? 20 : 0),
    });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    controller.refine(question);
    controller.change({ range: [0, 2] });
    await settled();
    expect(shown(state())).toBe(16);
    expect(state().slots.tensor?.key).toContain('[0,2]');
    expect(state().refining).toBeNull();
  });

  test('another prompt begins anew', async () => {
    const { controller, state, settled } = page({ model: { dModel: 100 } });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    controller.probe(question, 100);
    await settled();
    expect(shown(state())).toBeNull();
    await controller.run('of spain');
    await settled();
    expect(shown(state())).toBe(16);
  });
});

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

describe('a chat template', () => {
  test('is switched with the prompt, is part of the link, and means another input', async () => {
    const { controller, engine, state, settled, links } = page({ model: { chat: true } });
    await controller.start('#v=1&prompt=the+river');
    await settled();
    controller.pin(1, undefined, false);
    await controller.run('the river', true);
    await settled();
    expect(engine.log.filter((entry) => entry.startsWith('run'))).toEqual(['run the river', 'run chat the river']);
    expect(state().settings).toMatchObject({ chat: true, pinned: [] });
    expect(links.at(-1)).toContain('chat=1');
    await controller.restore('#v=1&prompt=the+river');
    await settled();
    expect(engine.log.filter((entry) => entry.startsWith('run')).at(-1)).toBe('run the river');
  });

  test('that a link asks for and the model lacks is left out, with a note', async () => {
    const { controller, engine, state, settled } = page();
    await controller.start('#v=1&prompt=the+river&chat=1');
    await settled();
    expect(engine.log).toContain('run the river');
    expect(state().settings.chat).toBe(false);
    expect(state().notes.join()).toContain('has no chat template');
  });
});

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

describe('another embedded model', () => {
  test('opens with its own first example, not with an example of the model before', async () => {
    const { controller, engine, state, settled, links } = page();
    await controller.start('');
    await settled();
    await controller.openModel('tiny-world-encoder');
    await settled();
    expect(state().examples).toEqual([masked]);
    expect(state().run?.prompt).toBe(masked.prompt);
    expect(state().settings).toMatchObject({ model: 'tiny-world-encoder', direction: 'logit', pinned: [] });
    const runs = engine.log.filter((entry) => entry.startsWith('run'));
    expect(runs).toEqual([`run ${examples[0]!.prompt}`, `run ${masked.prompt}`]);
    expect(links.filter((link) => link.startsWith('push'))).toHaveLength(1);
  });

  test('shows its stored result until the live one is there, never that of another model', async () => {
    const recorder = createFakeEngine({ model: { id: 'tiny-world-encoder' } });
    const model = await recorder.open({ model: { kind: 'embedded', name: 'tiny-world-encoder' }, device: 'auto' });
    const stored = await recordExample(recorder, model, masked, { name: 'tiny-world-encoder' });
    let opened = () => {};
    const held = new Promise<void>((done) => {
      opened = done;
    });
    let opens = 0;
    const { controller, state, settled } = page(
      { delay: (name) => (name.startsWith('open') && ++opens === 2 ? held : 0) },
      stored,
    );
    await controller.start('#v=1&prompt=the+river');
    await settled();
    await controller.choose(examples[1]!);
    await settled();
    expect(state().run).toMatchObject({ prompt: examples[1]!.prompt, origin: 'live' });
    const switched = controller.openModel('tiny-world-encoder');
    await until(() => state().run?.prompt === masked.prompt);
    expect(state().run?.origin).toBe('stored');
    expect(state().model?.id).toBe('tiny-world-encoder');
    expect(pageState(state())).toBe('stored');
    opened();
    await switched;
    await settled();
    expect(state().run?.origin).toBe('live');
  });

  test('keeps a prompt of the reader’s own', async () => {
    const { controller, state, settled } = page();
    await controller.start('#v=1&prompt=the+river');
    await settled();
    await controller.openModel('tiny-world-encoder');
    await settled();
    expect(state().run?.prompt).toBe('the river');
    expect(state().examples).toEqual([masked]);
  });

  test('that back or forward leads to brings its own examples', async () => {
    const { controller, state, settled } = page();
    await controller.start('');
    await settled();
    await controller.restore('#v=1&model=tiny-world-encoder');
    await settled();
    expect(state().run?.prompt).toBe(masked.prompt);
    await controller.restore('');
    await settled();
    expect(state().run?.prompt).toBe(examples[0]!.prompt);
  });
});
