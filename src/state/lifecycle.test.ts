import { describe, expect, test } from 'vitest';
import { UserError } from '../tensor/errors';
import { emptyPrompt } from './lifecycle';
import { recordExample } from './record';
import { isBusy, pageState } from './selectors';
import { createFakeEngine } from './testing/fakeEngine';
import { examples, masked, page, until } from './testing/page';

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

  test('a flow graph over the limit says so in its place, and opening a node asks for its tokens alone', async () => {
    let large = true;
    const { controller, engine, state, settled } = page({
      fail: (name) =>
        name.startsWith('flowGraph') && large ? new UserError('over-budget', 'Up to 104 tokens fit.') : null,
    });
    await controller.start('#prompt=the+river+of&tab=graph');
    await settled();
    expect(state().slots.flowGraph).toMatchObject({ status: 'error', error: 'Up to 104 tokens fit.', value: null });
    expect(state().slots.row?.status).toBe('ready');
    large = false;
    controller.retry('flowGraph');
    await settled();
    expect(state().slots.flowGraph?.value?.residuals.nodes).toBeLessThan(1e-4);
    const asked = () => engine.log.filter((entry) => /^(flowGraph|component)/.test(entry));
    const before = asked().length;
    controller.change({ graphNode: 'head 1.2.3' });
    await settled();
    controller.change({ tab: 'layers', layersKind: 'shares' });
    await settled();
    expect(asked().slice(before)).toEqual(['component 1 2 3']);
    expect(state().slots.component).toBeUndefined();
    controller.change({ tab: 'graph', graphOf: 'output' });
    await settled();
    expect(asked().slice(before + 1)).toEqual(['flowGraph 3 output', 'component 1 2 3']);
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

  test('are drawn, all of them, before there is an engine', async () => {
    const seen: string[] = [];
    const engine = createFakeEngine();
    const made = page({}, await stored(), {
      createEngine: () => {
        seen.push('engine');
        return engine;
      },
      show: async () => {
        const { run, slots } = made.state();
        seen.push(`${run?.origin}: ${Object.entries(slots).map(([name, slot]) => `${name} ${slot?.status}`)}`);
      },
    });
    await made.controller.start('');
    expect(seen).toEqual([
      'stored: row ready,tensor ready,rollout ready,flow ready,attention ready,logits ready',
      'engine',
    ]);
  });

  test('that do not arrive keep nobody waiting: what the reader runs meanwhile is opened, once', async () => {
    const { controller, engine, state, settled } = page({}, null, { loadStored: () => new Promise(() => {}) });
    void controller.start('');
    await until(() => state().settings.prompt === examples[0]!.prompt);
    await controller.run('the river');
    await settled();
    await new Promise((done) => setTimeout(done, 1100)); // longer than the stored result is waited for
    expect(engine.log.filter((entry) => /^(open|run)/.test(entry))).toEqual(['open auto', 'run the river']);
    expect(state().run?.prompt).toBe('the river');
  });

  test('that do not arrive are waited for for a moment only', async () => {
    const { controller, state, settled } = page({}, null, { loadStored: () => new Promise(() => {}) });
    void controller.start('');
    await until(() => state().live);
    await settled();
    expect(state().run).toMatchObject({ prompt: examples[0]!.prompt, origin: 'live' });
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
