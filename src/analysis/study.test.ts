// The whole way from a prompt to its figures, on the embedded decoder with the float64 reference, and sums over prompts on made-up ones.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../engine/testing/engines';
import { mostTokens } from './deletion';
import { rankings, rankingsOf } from './rankings';
import { type Setting, type StudiedPrompt, studyPrompt } from './study';
import { areaRows, chanceOf, curveRows, decoyRows, hitRows } from './summary';
import { families, usable, worldPrompt, worldSentences } from './worldItems';

const sentences = worldSentences(JSON.parse(readFileSync('public/models/tiny-world/world.json', 'utf8')));
const setting: Setting = { name: 'most', fractions: mostTokens, matched: false };

describe('on the embedded decoder', () => {
  it('a fact: the class map finds the subject, and masking it costs the answer', async () => {
    const { engine, info: model } = await openFolder('public/models/tiny-world', 'reference');
    const fact = sentences.find((sentence) => sentence.family === 'fact' && usable(sentence))!;
    const options = { model, rankings, masking: 'unknown', settings: [setting], seed: 1, call: {} } as const;
    const studied = (await studyPrompt(engine, worldPrompt(fact), options))!;
    expect(studied.answer.piece).toBe(fact.target);
    expect(studied.chance).toBeCloseTo(1 / studied.eligible.length, 12);
    // GlobEnc is for norms after the sums, which this model has not: it is missing, with a reason, and all others are there.
    expect([...studied.missing]).toEqual([['globenc', expect.stringMatching(/not defined for this model/)]]);
    const names = rankings.map(({ name }) => name);
    expect([...studied.rankings.keys()]).toEqual(names.filter((name) => name !== 'globenc'));
    const contrast = studied.rankings.get('in_class:contrast')!;
    expect(contrast.hit).toBe(true);
    const { morf, lerf } = contrast.deletions.get('most')!;
    expect(morf.probability[0]).toBeCloseTo(studied.answer.probability, 5);
    expect(lerf.probability[0]).toBe(morf.probability[0]);
    expect(morf.probability[1]).toBeLessThan(0.5); // the subject is gone
    expect(morf.agreement[1]).toBe(0);
    // The oracle of single removals: its first removal is the worst one.
    const removal = studied.rankings.get('removal')!;
    const after = [...studied.rankings.values()].map(({ deletions }) => deletions.get('most')!.morf.logProbability[1]!);
    expect(removal.deletions.get('most')!.morf.logProbability[1]).toBe(Math.min(...after));
  });

  it('a prompt that is answered otherwise does not count, and one with nothing to mask is refused', async () => {
    const { engine, info: model } = await openFolder('public/models/tiny-world', 'reference');
    const options = { model, rankings: rankingsOf(['in']), masking: 'zero', settings: [], seed: 1, call: {} } as const;
    const plain = { answer: null, right: null, foils: [], responsible: null };
    const text = 'the river that crosses dunmere is the';
    expect(await studyPrompt(engine, { ...plain, input: { text }, right: () => false }, options)).toBeNull();
    await expect(studyPrompt(engine, { ...plain, input: { text: 'john' } }, options)).rejects.toThrow(/Only 0 tokens/);
    const strange = { ...plain, input: { text }, foils: ['xyzzy'] };
    await expect(studyPrompt(engine, strange, options)).rejects.toThrow(/“xyzzy” is no single token/);
  });
});

it('every family of the world has its sentences, and their responsible tokens stand where they are said to', () => {
  for (const family of Object.keys(families)) {
    const some = sentences.filter((sentence) => sentence.family === family);
    expect(some.length, family).toBe(40);
    for (const { tokens, copy, target } of some) {
      const responsible = copy.map((at) => tokens[at - 1]!);
      if (family === 'induction' || family === 'indirect-object') expect(responsible).toContain(target);
      if (family === 'agreement') expect(responsible).toEqual([tokens[1]]);
      expect(responsible.every(Boolean)).toBe(true);
    }
  }
  expect(() => worldSentences({ sentences: [{}] })).toThrow(/world.json cannot be used: sentences.0.family/);
});

describe('sums over prompts', () => {
  const two = rankingsOf(['in', 'recency']);
  const draws = rankingsOf(['random 1', 'random 2', 'random 3']);
  const curve = (...probability: number[]) => ({
    probability,
    relative: probability,
    logProbability: probability,
    agreement: probability,
  });
  const short: Setting = { name: 'short', fractions: [0, 0.5], matched: false };
  const prompt = (values: Record<string, [morf: number, lerf: number, hit: boolean]>): StudiedPrompt =>
    ({
      chance: 0.25,
      rankings: new Map(
        Object.entries(values).map(([name, [morf, lerf, hit]]) => [
          name,
          {
            scores: [],
            deletions: new Map([['short', { morf: curve(1, morf), lerf: curve(1, lerf) }]]),
            hit,
            overDecoy: hit ? 1 : 0.5,
          },
        ]),
      ),
    }) as unknown as StudiedPrompt;
  const prompts = [
    prompt({ in: [0, 1, true], recency: [0.5, 0.5, false] }),
    prompt({ in: [0.2, 0.8, true], recency: [0.5, 0.7, true] }),
  ];

  it('areas, their difference and the paired difference to a reference', () => {
    const [first, second] = areaRows(prompts, two, short, 'probability', 'in');
    expect(first!.morf.mean).toBeCloseTo((0.5 + 0.6) / 2, 12);
    expect(first!.gap.mean).toBeCloseTo((0.5 + 0.3) / 2, 12);
    expect(first!.against).toBeNull();
    // Prompt by prompt: 0 − 0.5 and 0.1 − 0.3.
    expect(second!.against).toEqual({
      mean: expect.closeTo(-0.35, 12),
      low: expect.closeTo(-0.5, 12),
      high: expect.closeTo(-0.2, 12),
      count: 2,
    });
  });

  it('mean curves, hit rates, decoys and chance', () => {
    const [first] = curveRows(prompts, two, short, 'probability');
    expect(first!.morf.map(({ mean }) => mean)).toEqual([1, expect.closeTo(0.1, 12)]);
    expect(hitRows(prompts, two).map(({ rate }) => rate.mean)).toEqual([1, 0.5]);
    expect(decoyRows(prompts, two).map(({ rate }) => rate.mean)).toEqual([1, 0.75]);
    expect(chanceOf(prompts)).toBe(0.25);
  });

  it('draws of one control count as their mean; a ranking that one prompt lacks is left out', () => {
    const drawn = prompt({
      'random 1': [0, 0, true],
      'random 2': [0, 1, false],
      'random 3': [0, 0.5, false],
      in: [0, 1, true],
    });
    const [random, ...others] = areaRows([drawn], draws, short, 'probability', 'in');
    expect(others).toEqual([]);
    expect(random!.lerf.mean).toBeCloseTo(0.75, 12);
    expect(hitRows([drawn], draws)[0]!.rate.mean).toBeCloseTo(1 / 3, 12);
    expect(
      areaRows([drawn, prompts[0]!], [...draws, ...two], short, 'probability', 'in').map(({ group }) => group),
    ).toEqual(['in']);
  });
});

it('methods that are no row of T rank by their operator’s row times x0', async () => {
  const { engine, info: model } = await openFolder('public/models/tiny-world', 'reference');
  const run = await engine.run({ text: 'the river that crosses dunmere is the' });
  const [token, scope] = [run.tokens.length - 1, { range: [0, model.blocks], gateRule: 'half' }] as const;
  const best = run.predictions[token]![0]!.id;
  const question = {
    engine,
    model,
    run,
    token,
    class: best,
    rivals: [],
    masking: 'zero',
    eligible: [],
    seed: 1,
    call: {},
  } as const;
  const x = await engine.hidden(0);
  for (const [name, operator] of [
    ['attnlrp', 'attnlrp'],
    ['lrp_ah_ln', 'lrp_ah_ln'],
    ['gradient_x_input', 'jacobian'],
  ] as const) {
    const [ranking] = rankingsOf([name]);
    const scores = Array.from(await ranking!.scores(question));
    const target = { token, class: best, direction: { kind: 'contrast', rivals: [] } } as const;
    const row = await engine.operatorRow(target, operator, scope);
    const wanted = scores.map(() => 0);
    for (let at = 0; at < row.length; at++) wanted[Math.floor((at * scores.length) / row.length)]! += row[at]! * x[at]!;
    const scale = Math.max(...wanted.map(Math.abs));
    // Relevances are sent as float32.
    for (const [at, score] of scores.entries()) expect(Math.abs(score - wanted[at]!) / scale).toBeLessThan(1e-6);
  }
});
