// Relation decoding on the embedded world, whose relations are known: the tensor's operator reads them off the embedding and not off later blocks,
// the controls do not; its inverse edits a subject. Both backends tell the same.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wilson } from '../analysis/relations/rate';
import { worldRelations } from '../analysis/relations/world';
import type { Engine } from './engine';
import type { DecoderName, Rate, RelationRequest, RelationResult } from './protocol';
import { createTestEngine, createTestEngineOnOneGpu } from './testing/engines';

const relations = worldRelations(JSON.parse(readFileSync('public/models/tiny-world/world.json', 'utf8')));

function requestOf(name: string, more: Partial<RelationRequest> = {}): RelationRequest {
  const { templates, facts } = relations.find((each) => each.name === name)!;
  return {
    template: templates[0]!,
    facts,
    operators: ['tensor'],
    layers: [0],
    layer: 0,
    training: [6],
    splits: 1,
    seed: 1,
    beta: 1,
    rank: null,
    editRank: null,
    onlyKnown: true,
    gateRule: 'half',
    directions: 0,
    ...more,
  };
}

function rateFor(result: RelationResult, decoder: DecoderName, layer = 0): Rate {
  const { decoders } = result.scores.find((each) => each.layer === layer)!;
  return decoders.find((each) => each.decoder === decoder)!.faithfulness;
}

describe('relations of the embedded world', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngineOnOneGpu();
    await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'webgpu' });
  });
  afterAll(() => engine?.dispose());

  // An independent implementation measured 1.00 of 21, 18 and 17 subjects, on another training run of the same world: what 18 of 18 leave open.
  it.each(['city_flag'])('the tensor decodes %s from the embedding, a mean shift does not', async (name) => {
    const result = await engine.relation(requestOf(name));
    const [tensor, random] = [rateFor(result, 'tensor'), rateFor(result, 'random')];
    expect(tensor.value).toBeGreaterThanOrEqual(wilson(1, 18)[0]);
    expect(tensor.low).toBeGreaterThan(rateFor(result, 'translation').high);
    expect(random.value).toBeLessThan(0.4);
    expect(rateFor(result, 'identity').value).toBeLessThan(0.2);
    expect(result.model.value).toBe(1);
    expect(result.notes).toEqual([]);
  });

  it('the Jacobian decodes it too, by another operator', async () => {
    const both = await engine.relation(
      requestOf('person_instrument', { operators: ['jacobian', 'tensor'], directions: 1 }),
    );
    const tensor = await engine.relation(requestOf('person_instrument', { directions: 1 }));
    expect(rateFor(both, 'jacobian').value).toBeGreaterThanOrEqual(wilson(1, 17)[0]);
    expect(rateFor(both, 'tensor')).toEqual(rateFor(tensor, 'tensor'));
    expect(both.directions[0]!.value).not.toBeCloseTo(tensor.directions[0]!.value, 2);
  });

  it('later blocks have moved the subject on: the operator from there fails', async () => {
    const result = await engine.relation(requestOf('person_city', { layers: [0, 2] }));
    expect(rateFor(result, 'tensor', 0).value).toBeGreaterThanOrEqual(0.85);
    expect(rateFor(result, 'tensor', 2).value).toBeLessThan(0.4);
  });

  it('the inverse makes the model say another object, a random change as large does not', async () => {
    const facts = requestOf('person_city').facts.slice(0, 16);
    const result = await engine.relation(requestOf('person_city', { facts, editRank: 24, directions: 2 }));
    const rates = new Map(result.causality.map(({ edit, rate }) => [edit, rate.value]));
    expect(rates.get('tensor')).toBeGreaterThan(0.8);
    expect(rates.get('swap')).toBeGreaterThan(0.8);
    expect(rates.get('random')).toBeLessThan(0.3);
    expect(result.directions).toHaveLength(2);
    expect(result.directions[0]!.value).toBeCloseTo(result.singularValues[0]!, 6);
    expect(result.directions[0]!.reads[0][0]!.score).toBeGreaterThan(result.directions[0]!.reads[0][1]!.score);
    const tested = result.subjects.filter(({ decoded }) => decoded.length > 0);
    expect(tested).toHaveLength(10);
  });

  it('is the same on the float64 reference', async () => {
    const facts = requestOf('person_instrument').facts.slice(0, 6);
    const request = requestOf('person_instrument', {
      facts,
      operators: ['tensor', 'jacobian'],
      training: [2],
      layers: [0, 1],
      editRank: 24,
      directions: 2,
      betas: [0, 1],
    });
    const reference = createTestEngine();
    await reference.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'reference' });
    const [ours, theirs] = [await engine.relation(request), await reference.relation(request)];
    reference.dispose();
    expect(ours.scores).toEqual(theirs.scores);
    expect(ours.causality).toEqual(theirs.causality);
    // Another β takes the same operators: with the request's own it is the same decoder, with 0 the subject is not heard.
    const [deaf, same] = ours.betas!;
    const own = ours.scores[0]!.decoders.filter(({ decoder }) => decoder === 'tensor' || decoder === 'jacobian');
    expect(same).toEqual({ beta: 1, decoders: own });
    expect(ours.betas).toEqual(theirs.betas);
    for (const { faithfulness } of deaf!.decoders) expect(faithfulness.value).toBeLessThan(own[0]!.faithfulness.value);
    expect(ours.subjects.map(({ decoded }) => decoded)).toEqual(theirs.subjects.map(({ decoded }) => decoded));
    // float32 beside float64, relative to the largest singular value: the operator is a sum of products over four blocks.
    for (const [k, value] of ours.singularValues.entries()) {
      expect(Math.abs(value - theirs.singularValues[k]!)).toBeLessThanOrEqual(1e-4 * theirs.singularValues[0]!);
    }
  });

  it('leaves the latest run as it is, and frees what it takes', async () => {
    await engine.run({ text: 'the river of dunmere is the' });
    const before = engine.memory().live;
    const scope = { range: [0, 4], gateRule: 'half' } as const;
    const target = { token: 6, class: null, direction: { kind: 'logit' } } as const;
    const facts = requestOf('person_city').facts.slice(0, 4);
    await engine.relation(requestOf('person_city', { facts, training: [1], editRank: 8 }));
    expect(engine.memory().live).toBe(before);
    const row = await engine.row({ ...scope, targets: [target] });
    expect(row.contributions).toHaveLength(7);
  });

  it('stops when it is cancelled, and frees what it took', async () => {
    const before = engine.memory().live;
    const abort = new AbortController();
    const asked = engine.relation(requestOf('city_country'), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(engine.memory().live).toBe(before);
  });

  const cases: readonly [string, Partial<RelationRequest>, RegExp][] = [
    ['no subjects', { facts: [] }, /no subjects: give at least two/],
    ['one subject', { facts: [{ subject: 'dunmere', object: 'dorland' }] }, /has one subject: give at least two/],
    ['no place for the subject', { template: 'the country is' }, /no place for the subject: write \{\}/],
    [
      'only strange words',
      { facts: strange(3) },
      /Only 0 of the 3 subjects can be used.*no word for \(xyzzy0, xyzzy1, xyzzy2\)/,
    ],
    ['strange objects', { facts: strange(3, true) }, /whose object the model has no word for/],
    ['a prompt too long', { template: `${'the '.repeat(70)}{} is` }, /longer than the 64 tokens/],
    ['more training than subjects', { training: [28] }, /28 are to make a decoder that is tested on others/],
    ['a layer that is not there', { layers: [4], layer: 4 }, /before blocks 0 to 3/],
    ['β that is no number', { beta: Number.NaN }, /β is a number/],
    ['another β that is no number', { betas: [1, Number.POSITIVE_INFINITY] }, /β is a number/],
    ['too many β', { betas: Array.from({ length: 33 }, (_, at) => at) }, /Up to 32 more values of β/],
    ['rank 0', { rank: 0 }, /rank is a whole number from 1 to 112/],
    ['nothing known', { facts: wrong(4), training: [2] }, /itself answers 0 of 4 subjects, and 2 are to make/],
  ];
  it.each(cases)('refuses %s', async (_, more, sentence) => {
    await expect(engine.relation(requestOf('city_country', more))).rejects.toThrow(sentence);
  });

  it('draws from a long table and says so', async () => {
    const facts = [...wrong(4), ...strange(9996)];
    await expect(engine.relation(requestOf('city_country', { facts }))).rejects.toThrow(
      /10000 subjects; 200 of them are used, drawn with seed 1/,
    );
  });
});

it('an encoder is told apart', async () => {
  const engine = createTestEngine();
  await engine.open({ model: { kind: 'embedded', name: 'tiny-world-encoder' }, device: 'reference' });
  await expect(engine.relation(requestOf('city_country'))).rejects.toThrow(/this model reads in both directions/);
  engine.dispose();
});

function strange(count: number, object = false) {
  return Array.from({ length: count }, (_, at) =>
    object
      ? { subject: relations[0]!.facts[at]!.subject, object: `xyzzy${at}` }
      : { subject: `xyzzy${at}`, object: 'dorland' },
  );
}

function wrong(count: number) {
  return relations[0]!.facts.slice(0, count).map(({ subject }) => ({ subject, object: 'guitar' }));
}
