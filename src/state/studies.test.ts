// The faithfulness tests of the page over the fake engine: what is asked, what is kept when it is stopped or fails, and what bad lists give.

import { describe, expect, test } from 'vitest';
import { UserError } from '../tensor/errors';
import { listFile, mostListBytes, promptsOf } from './promptList';
import { createStudies, type PromptGroup } from './studies';
import { chosenGroups, chosenRankings, defaultGroups, hereKey, maskingOf, mostRuns, offers } from './studyChoices';
import type { FakeOptions } from './testing/fakeEngine';
import { page, until } from './testing/page';

const list = (...texts: string[]): PromptGroup => ({
  name: 'list',
  title: 'Own list',
  prompts: texts.map((text) => ({ input: { text }, answer: null, foils: [], right: null, responsible: null })),
});

async function opened(options: FakeOptions = {}, rankings: readonly string[] = ['rollout', 'recency']) {
  const all = page(options);
  await all.controller.start('#v=1&prompt=the+river+of+paris+and+john');
  await all.settled();
  all.controller.change({ tab: 'faithfulness', rankings });
  await all.settled();
  const bench = createStudies({ getState: all.state, answering: all.controller.answering });
  await bench.look();
  return { ...all, bench, studies: () => bench.store.getState() };
}

const unless = (bad: string) => (name: string) =>
  name === bad ? new UserError('device-lost', 'The device is gone.') : null;

describe('on this prompt', () => {
  test('asks the page’s run, prices the runs first, and gives areas of every ranking', async () => {
    const { bench, studies, engine } = await opened();
    expect(studies().ground).toMatchObject({ eligible: [1, 2, 3, 4, 5] });
    await bench.price();
    expect(studies().price?.flops).toBe(20 * 1e6 + 4.9e9);
    // 5 tokens at 10, 20, … 90 %: 1 to 5 of them, both ends, two rankings.
    expect(studies().price?.runs).toBe(2 * 5 * 2);
    const runs = engine.log.filter((entry) => entry.startsWith('run')).length;
    await bench.computeHere();
    expect(studies().here).toMatchObject({ status: 'done', error: null });
    const { studied, tied } = studies().here!.answer!;
    expect([...studied.rankings.keys()]).toEqual(['rollout', 'recency']);
    expect(tied.get('recency')).toBe(0);
    expect(engine.log.filter((entry) => entry.startsWith('run'))).toHaveLength(runs);
  });

  test('a map of one value is told apart: all of its tokens are tied', async () => {
    const { bench, studies, engine } = await opened({}, ['gradient_x_input', 'recency']);
    const { attribute } = engine;
    const level = async (...asked: Parameters<typeof attribute>) => {
      const answer = await attribute(...asked);
      return { ...answer, relevance: answer.relevance.map(() => 0.3) };
    };
    Object.assign(engine, { attribute: level });
    await bench.computeHere();
    const { tied, studied } = studies().here!.answer!;
    expect(tied.get('gradient_x_input')).toBe(5);
    const { morf, lerf } = studied.rankings.get('gradient_x_input')!.deletions.get('curve')!;
    expect(morf).toEqual(lerf);
  });

  test('a score that is no number leaves its ranking out, with a sentence', async () => {
    const { bench, studies, engine } = await opened({}, ['match', 'recency']);
    Object.assign(engine, { wordMatch: async () => new Float32Array(21).fill(Number.NaN) });
    await bench.computeHere();
    const { studied } = studies().here!.answer!;
    expect([...studied.rankings.keys()]).toEqual(['recency']);
    expect(studied.missing.get('match')).toBe('Token 1 has the score NaN: there is no order.');
  });

  test('can be cancelled, and asked again', async () => {
    let release = () => {};
    let hold = true;
    const held = new Promise<void>((done) => {
      release = done;
    });
    const delay = (name: string) => (name === 'map alti' && hold ? held : 0);
    const { bench, studies } = await opened({ delay }, ['alti', 'recency']);
    const computed = bench.computeHere();
    await until(() => studies().here?.progress != null);
    bench.cancel('here');
    await computed;
    expect(studies().here).toMatchObject({ status: 'cancelled', answer: null, error: null });
    hold = false;
    release();
    await bench.computeHere();
    expect(studies().here?.status).toBe('done');
  });

  test('fails in words, and with nothing chosen says so', async () => {
    const { bench, studies, controller } = await opened({ fail: unless('map alti') }, ['alti']);
    await bench.computeHere();
    expect(studies().here).toMatchObject({ status: 'failed', error: 'The device is gone.' });
    controller.change({ rankings: [] });
    await bench.computeHere();
    expect(studies().here?.error).toBe('Nothing is chosen: tick at least one ranking.');
  });

  test('another question has another key', async () => {
    const { state } = await opened();
    const { settings, run } = state();
    const key = (patch: object) => hereKey({ ...settings, ...patch }, run!.summary, 'zero');
    expect(key({ matched: true })).not.toBe(key({}));
    expect(key({ measure: 'agreement' })).toBe(key({})); // of the same answers
  });
});

describe('on many prompts', () => {
  test('is priced before anything is run: masked runs by the tokens, maps by their square', async () => {
    const { bench, studies, engine } = await opened({}, ['rollout', 'recency']);
    const [own] = list('the river of paris and john').prompts;
    const runs = engine.log.filter((entry) => entry.startsWith('run')).length;
    await bench.priceMany([{ ...list(), prompts: [own!] }], true);
    const one = studies().listPrice!;
    // The fake engine's prices: 1e6 a masked run, 4.9e9 a map. The page's own prompt costs what the page's run costs, and the run itself.
    expect(one).toMatchObject({ prompts: 1, tokens: 7, runs: 1 + 2 * 5 * 2 });
    expect(one.flops).toBeCloseTo(21 * 1e6 + 4.9e9, -3);
    expect(one.seconds).toBeCloseTo(21 * 0.01 + 12.3, 6);
    await bench.priceMany([list('the river of paris and john', 'the river of paris and john and mary at home')], true);
    const two = studies().listPrice!;
    expect(two.prompts).toBe(2);
    expect(two.tokens).toBeGreaterThan(2 * 7);
    expect(two.flops).toBeGreaterThan(2 * one.flops);
    expect(two.key).not.toBe(one.key);
    expect(engine.log.filter((entry) => entry.startsWith('run'))).toHaveLength(runs);
  });

  test('localisation is priced without deletions; a row is a part of a class map', async () => {
    const { bench, studies } = await opened({}, ['in_class:logit']);
    await bench.priceMany([list('the river of paris and john')], false);
    expect(studies().listPrice).toMatchObject({ runs: 1, flops: 1e6 + 4.9e9 / 7 });
  });

  test('runs beside the page’s run, and leaves out what cannot be tested, with its reason', async () => {
    const { bench, studies, engine, state } = await opened();
    const shown = state().run;
    await bench.computeMany('many', [list('the river of paris', 'john', 'mary gave john a drink')], true);
    const { status, answer } = studies().many!;
    expect(status).toBe('done');
    expect(answer!.groups[0]!.prompts).toHaveLength(2);
    expect(answer!.groups[0]!.skipped).toEqual([
      { at: 1, why: expect.stringMatching(/^Only 0 tokens of this prompt/) },
    ]);
    expect(engine.log.filter((entry) => entry.startsWith('run beside'))).toHaveLength(3);
    expect(state().run).toBe(shown);
  });

  test('what is there when it is cancelled stays, marked as a part', async () => {
    const forever = new Promise<void>(() => {});
    const delay = (name: string) => (name === 'run beside mary gave john a drink' ? forever : 0);
    const { bench, studies } = await opened({ delay });
    const computed = bench.computeMany('many', [list('the river of paris', 'mary gave john a drink')], true);
    await until(() => studies().many?.answer?.tried === 1);
    bench.cancel('many');
    await computed;
    expect(studies().many).toMatchObject({ status: 'cancelled', answer: { tried: 1, of: 2 } });
    expect(studies().many!.answer!.groups[0]!.prompts).toHaveLength(1);
  });

  test('a lost device ends it, and what was there stays', async () => {
    const fail = unless('run beside mary gave john a drink');
    const { bench, studies } = await opened({ fail });
    await bench.computeMany('many', [list('the river of paris', 'mary gave john a drink')], true);
    expect(studies().many).toMatchObject({ status: 'failed', error: 'The device is gone.', answer: { tried: 1 } });
  });

  test('a wrong answer does not count; localisation masks nothing but for single removals', async () => {
    const { bench, studies, engine } = await opened({}, ['rollout']);
    const [prompt] = list('the river of paris').prompts;
    const known = { ...prompt!, right: () => true, responsible: [1] };
    const group = { name: 'fact', title: 'Fact', prompts: [known, { ...known, right: () => false }] };
    await bench.computeMany('localisation', [group], false);
    const [studied] = studies().localisation!.answer!.groups;
    expect(studied).toMatchObject({ otherwise: 1, prompts: [{ chance: 1 / 3 }] });
    expect(engine.log.filter((entry) => /^masked [1-9]/.test(entry))).toEqual([]);
  });
});

describe('choices', () => {
  test('at first are maps of the page with their controls, and unknown names of a link are left out', async () => {
    const { state } = await opened();
    const settings = { ...state().settings, rankings: null };
    expect(chosenGroups(settings)).toEqual([
      'in_class:centred',
      'in_out',
      'rollout',
      'last_attention',
      'recency',
      'removal',
      'random',
    ]);
    expect(chosenRankings(settings).filter(({ group }) => group === 'random')).toHaveLength(5);
    expect(chosenGroups({ ...settings, rankings: ['banana', 'rollout'] })).toEqual(['rollout']);
    const known = offers.map(({ group }) => group);
    for (const direction of ['centred', 'logit', 'logprob', 'contrast'] as const)
      expect(known).toContain(defaultGroups({ direction, map: 'in' })[0]);
  });

  test('masking falls back to what the model has', () => {
    const words = { zero: 'a zero embedding', mask: '[MASK]', unknown: '[UNK]', end: '[EOS]' };
    const has = (...names: (keyof typeof words)[]) => names.map((masking) => ({ masking, words: words[masking] }));
    expect(maskingOf({ masking: 'mask' }, has('zero', 'unknown'), true)).toBe('unknown');
    expect(maskingOf({ masking: 'zero' }, has('zero', 'unknown'), true)).toBe('zero');
    expect(maskingOf({ masking: null }, has('zero', 'mask', 'unknown'), true)).toBe('unknown');
    expect(maskingOf({ masking: null }, has('zero', 'mask', 'unknown'), false)).toBe('mask');
    expect(maskingOf({ masking: null }, [], true)).toBeNull();
    // Many decoders call their end token unknown, too.
    const same = [...has('zero', 'end'), { masking: 'unknown' as const, words: '[EOS]' }];
    expect(maskingOf({ masking: null }, same, true)).toBe('zero');
  });

  test('removals cost a run a token more', async () => {
    const { state } = await opened({}, ['rollout', 'removal']);
    expect(mostRuns(chosenRankings(state().settings), 20, [0, 0.5, 1])).toBe(2 * 2 * 2 + 20);
  });
});

describe('lists', () => {
  test('one prompt a line, empty lines left out', () => {
    expect(promptsOf('\uFEFFa b\r\n\r\n  c \nd')).toEqual(['a b', 'c', 'd']);
  });

  test('what cannot be a list is refused in words', () => {
    expect(() => promptsOf(' \n ')).toThrow('The list is empty: write one prompt a line.');
    expect(() => promptsOf('a\n'.repeat(501))).toThrow(/has 501 prompts, at most 500/);
    expect(() => promptsOf(`a\n${'b'.repeat(20_001)}`)).toThrow(/Prompt 2 has 20001 characters/);
    expect(() => listFile('x.txt', new Uint8Array(mostListBytes + 1))).toThrow(/x.txt has 1000001 bytes/);
    expect(() => listFile('x.png', new Uint8Array([0x89, 0xff, 0xfe]))).toThrow(/x.png is no text in UTF-8/);
    expect(() => listFile('x.bin', new Uint8Array([65, 0, 66]))).toThrow(/is no text/);
    expect(listFile('x.txt', new TextEncoder().encode('é\n'))).toBe('é\n');
  });
});
