// The pure parts of relation decoding: tables with every kind of flaw, splits, intervals, and decoders on hand-made affine relations.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../tensor/random';
import {
  addOperator,
  constant,
  difference,
  identity,
  type MeanOperator,
  norm,
  operatorDecoder,
  randomOperator,
  ridge,
  times,
  translation,
} from './decoders';
import { decompose, inverted, truncated } from './lowRank';
import { rateOf, wilson } from './rate';
import { splitsOf } from './splits';
import { readTable, writeTable } from './table';
import { answered, checkTemplate, fill } from './template';
import { worldRelations } from './world';

describe('a table of facts', () => {
  const facts = [
    { subject: 'france', object: 'paris' },
    { subject: 'new york, ny', object: 'the "big" apple' },
  ];

  it.each([
    ['commas and quotes', 'france,paris\n"new york, ny","the ""big"" apple"\n'],
    ['Windows lines and no last one', 'france,paris\r\n"new york, ny","the ""big"" apple"'],
    ['semicolons', 'france;paris\n"new york, ny";"the ""big"" apple"'],
    ['tabs', 'france\tparis\nnew york, ny\t"the ""big"" apple"'],
    [
      'a byte order mark, blank lines and spaces',
      '\uFEFF\n france , paris \n\n"new york, ny" ,"the ""big"" apple"\n\n'.replace('" ,', '",'),
    ],
    ['named columns in another order', 'id,object,subject\n1,paris,france\n2,"the ""big"" apple","new york, ny"'],
  ])('%s', (_, text) => {
    expect(readTable(text)).toEqual({ facts, notes: [] });
  });

  it('is written as it is read', () => {
    const odd = [...facts, { subject: 'two\nlines', object: ' spaced ' }];
    expect(readTable(writeTable(odd)).facts).toEqual(odd);
  });

  it('leaves out missing values, repetitions and second objects, and says so', () => {
    const { facts: read, notes } = readTable('a,b\na,b\nNaN,c\nd,\nd,nan\na,c\ne,null\nf,g\n');
    expect(read).toEqual([
      { subject: 'a', object: 'b' },
      { subject: 'f', object: 'g' },
    ]);
    expect(notes).toEqual([
      'Left out: 4 rows with a missing subject or object (line 3, 4, 5, 7).',
      'Left out: 1 row that repeat an earlier one (line 2).',
      'Left out: 1 row that give a subject another object (the first one counts) (line 6).',
    ]);
  });

  it('tells the line in which a quoted word began', () => {
    expect(() => readTable('a,b\n"c\nd",e\nf,"g\nh')).toThrow('The quotation mark of line 4 is never closed.');
  });

  it.each([
    ['nothing', '', /The table is empty/],
    ['blank lines', ' \n\n', /The table is empty/],
    ['one column', 'a,b\nc\n', /Line 2 of the table has 1 column, not two/],
    ['text after a quote', '"a"b,c', /Line 1 goes on after a closing quotation mark/],
    ['a long word', `a,${'b'.repeat(201)}`, /Line 1 has a word of 201 characters, the limit is 200/],
    ['too many rows', 'a,b\n'.repeat(20_001), /20001 rows, the limit is 20000/],
    ['too much text', 'a'.repeat(1_000_001), /1000001 characters, the limit is 1000000/],
  ])('refuses %s', (_, text, sentence) => {
    expect(() => readTable(text)).toThrow(sentence);
  });

  it('takes ten thousand rows', () => {
    const text = Array.from({ length: 10_000 }, (_, at) => `s${at},o${at % 7}`).join('\n');
    expect(readTable(text).facts).toHaveLength(10_000);
  });
});

describe('a template', () => {
  it('is filled, and knows where the last subject stands', () => {
    const { text, subject } = fill('{} or {} is', '$& b');
    expect(text).toBe('$& b or $& b is');
    expect(text.slice(...subject)).toBe('$& b');
    expect(subject[0]).toBe(8);
  });

  it('has a place for the subject', () => {
    expect(() => checkTemplate('no place')).toThrow(/write \{\}/);
    expect(() => checkTemplate(`{}${'x'.repeat(2000)}`)).toThrow(/2002 characters, the limit is 2000/);
  });

  it('goes on with one space', () => {
    expect([answered('a b', 'c'), answered('a b ', 'c')]).toEqual(['a b c', 'a b c']);
  });
});

describe('splits', () => {
  const objects = ['x', 'x', 'x', 'x', 'y', 'y', 'z'];

  it('take every object before the second of any, and every subject once', () => {
    for (const { order } of splitsOf(objects, 20, 3)) {
      expect(new Set(order.slice(0, 3).map((at) => objects[at]))).toEqual(new Set(['x', 'y', 'z']));
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });

  it('are the same for the same seed only', () => {
    expect(splitsOf(objects, 5, 1)).toEqual(splitsOf(objects, 5, 1));
    expect(splitsOf(objects, 5, 1)).not.toEqual(splitsOf(objects, 5, 2));
    expect(new Set(splitsOf(objects, 5, 1).map(({ order }) => order.join())).size).toBeGreaterThan(1);
  });
});

describe('a rate', () => {
  it('has Wilson’s interval', () => {
    // Wilson 1927; 8 of 10 and 0 of 10 as in R's prop.test(correct = FALSE).
    const [low, high] = wilson(0.8, 10);
    expect(low).toBeCloseTo(0.4901625, 6);
    expect(high).toBeCloseTo(0.9433178, 6);
    expect(wilson(0, 10)[0]).toBe(0);
    expect(wilson(0, 10)[1]).toBeCloseTo(0.2775328, 6);
    expect(wilson(1, 10)[1]).toBe(1);
  });

  it('counts a subject once in its interval', () => {
    const trials = [0, 1].flatMap((split) =>
      [0, 1, 2].map((subject) => ({ split, subject, hit: subject < 2 - split })),
    );
    const rate = rateOf(trials)!;
    expect(rate).toMatchObject({ value: 0.5, trials: 6, subjects: 3, lowest: 1 / 3, highest: 2 / 3 });
    expect([rate.low, rate.high]).toEqual(wilson(0.5, 3));
    expect(rateOf([])).toBeNull();
  });
});

describe('decoders', () => {
  // o = A s + c in four channels, A invertible, seen at five subjects.
  const a = Float32Array.from([2, 0, 0, 1, 0, 3, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0.5]);
  const c = [1, -1, 2, 0.5];
  const random = seededRandom(5);
  const vector = () => Float64Array.from({ length: 4 }, () => 2 * random() - 1);
  const samples = Array.from({ length: 5 }, () => {
    const s = vector();
    return { s, o: times(a, s).map((value, d) => value + c[d]!) };
  });
  const fresh = vector();
  const truth = times(a, fresh).map((value, d) => value + c[d]!);
  const mean = samples.reduce<MeanOperator | null>((sofar, sample) => addOperator(sofar, a, sample), null)!;
  const far = (x: ArrayLike<number>, y: ArrayLike<number>) => norm(difference(x, y));

  it('an operator that is right everywhere decodes exactly, its own subject always', () => {
    expect(far(operatorDecoder(mean, 1)(fresh), truth)).toBeLessThan(1e-6);
    const wrong = addOperator(
      null,
      a.map((value) => -value),
      samples[0]!,
    );
    expect(far(operatorDecoder(wrong, 1)(samples[0]!.s), samples[0]!.o)).toBeLessThan(1e-6);
    expect(far(operatorDecoder(wrong, 1)(fresh), truth)).toBeGreaterThan(0.5);
  });

  it('β multiplies W s alone', () => {
    expect(far(operatorDecoder(mean, 0)(fresh), c)).toBeLessThan(1e-6);
    const doubled = operatorDecoder(mean, 2)(fresh);
    expect(
      far(
        doubled,
        times(a, fresh).map((value, d) => 2 * value + c[d]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it('the mean of operators is the mean, whatever the order', () => {
    const other = a.map((value) => value + 1);
    const [one, two] = [
      addOperator(addOperator(null, a, samples[0]!), other, samples[1]!),
      addOperator(addOperator(null, other, samples[1]!), a, samples[0]!),
    ];
    expect(one.count).toBe(2);
    for (const [at, value] of one.w.entries()) {
      expect(value).toBeCloseTo(a[at]! + 0.5, 6);
      expect(two.w[at]).toBeCloseTo(value, 6);
    }
    expect(far(one.b, two.b)).toBeLessThan(1e-6);
  });

  it('the translation is right where the relation is a shift, and the controls are what they are called', () => {
    const shifted = samples.map(({ s }) => ({ s, o: s.map((value, d) => value + c[d]!) }));
    expect(
      far(
        translation(shifted)(fresh),
        fresh.map((value, d) => value + c[d]!),
      ),
    ).toBeLessThan(1e-9);
    expect(far(translation(samples)(fresh), truth)).toBeGreaterThan(0.1);
    expect(identity(fresh)).toEqual(fresh);
    expect(far(constant(samples)(fresh), constant(samples)(truth))).toBe(0);
  });

  it('ridge comes near with many samples, and is the mean with one', () => {
    const many = Array.from({ length: 200 }, () => {
      const s = vector();
      return { s, o: times(a, s).map((value, d) => value + c[d]!) };
    });
    expect(far(ridge(many)(fresh), truth)).toBeLessThan(0.15 * norm(truth));
    expect(far(ridge(many)(fresh), truth)).toBeLessThan(far(constant(many)(fresh), truth));
    expect(far(ridge(samples.slice(0, 1))(fresh), samples[0]!.o)).toBe(0);
  });

  it('a random operator is as large as the mean one, exact on average over its subjects, and seeded', () => {
    const one = randomOperator(a, samples, seededRandom(1));
    expect(norm(one.w)).toBeCloseTo(norm(a), 5);
    const rest = samples.map(({ s, o }) => difference(o, operatorDecoder(one, 1)(s)));
    for (let d = 0; d < 4; d++) expect(rest.reduce((sum, each) => sum + each[d]!, 0)).toBeCloseTo(0, 6);
    expect(randomOperator(a, samples, seededRandom(1)).w).toEqual(one.w);
    expect(randomOperator(a, samples, seededRandom(2)).w).not.toEqual(one.w);
  });

  it('the inverse undoes an operator on its largest directions', () => {
    const triples = decompose(a, 4);
    const wished = vector();
    expect(far(times(a, inverted(triples, 4, wished)), wished)).toBeLessThan(1e-6);
    const rankTwo = truncated(triples, 2);
    expect(far(rankTwo, a)).toBeCloseTo(Math.hypot(triples.values[2]!, triples.values[3]!), 5);
    const change = inverted(triples, 2, wished);
    // Its image is the wished change on the two directions, and nothing else.
    expect(far(times(a, change), times(rankTwo, change))).toBeLessThan(1e-5);
    for (const k of [0, 1]) {
      const along = (x: ArrayLike<number>) => triples.outputs[k]!.reduce((sum, value, d) => sum + value * x[d]!, 0);
      expect(along(times(a, change))).toBeCloseTo(along(wished), 5);
    }
  });

  it('what an operator does not reach is not inverted', () => {
    const flat = Float32Array.from([1, 0, 0, 0]);
    expect([...inverted(decompose(flat, 2), 2, [3, 5])]).toEqual([3, 0]);
  });
});

describe('the world’s relations', () => {
  it('are read with their templates', () => {
    const json = { relations: { r: { subject: 'city', templates: ['the {s} is'], facts: { a: 'b' } } }, other: 1 };
    expect(worldRelations(json)).toEqual([
      { name: 'r', templates: ['the {} is'], facts: [{ subject: 'a', object: 'b' }] },
    ]);
  });

  it.each([
    null,
    {},
    { relations: [] },
    { relations: { r: { templates: [], facts: {} } } },
    { relations: { r: { templates: ['x'], facts: {} } } },
  ])('refuses %j', (json) => {
    expect(() => worldRelations(json)).toThrow(/world\.json cannot be read/);
  });
});
