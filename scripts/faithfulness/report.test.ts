// The page of figures: tables hold what was measured and say what was not, and its sentences are counted from the tables.

import { expect, it } from 'vitest';
import type { AreaRow, HitRow } from '../../src/analysis/summary';
import type { ModelResult, SetResult } from './measure';
import { report } from './report';

const interval = (mean: number, half = 0.1) => ({ mean, low: mean - half, high: mean + half, count: 9 });
const hit = (group: string, mean: number): HitRow => ({ group, title: group, control: false, rate: interval(mean) });
const area = (group: string, gap: number, against: number | null): AreaRow => ({
  ...{ group, title: group, control: false, morf: interval(0.2), lerf: interval(0.2 + gap), gap: interval(gap) },
  against: against === null ? null : interval(against),
});
const set = (name: string, change: Partial<SetResult>): SetResult => ({
  ...{
    name,
    title: name,
    prompts: 9,
    of: 10,
    eligible: 30,
    probability: 0.5,
    chance: 0.03,
    overDecoys: [],
    tables: [],
  },
  hits: [hit('in_class:centred', 0.8), hit('recency', 0.1)],
  ...change,
});
const setting = '0–30 % in steps of 10';
const rows = [
  area('in_class:centred', 0.4, null),
  area('better', 0.6, 0.2),
  area('level', 0.45, 0.05),
  area('worse', 0.1, -0.3),
];
const model: ModelResult = {
  ...{ name: 'real', title: 'real (Llama)', device: 'cpu', maskedBy: 'a zero embedding', gateRule: 'half' },
  ...{ reference: 'in_class:centred', missing: { flow: 'It is too long.' } },
  sets: [
    set('Indirect', { deleted: 4, tables: [{ setting, measure: 'probability', rows }] }),
    set('Decoys', { hits: [hit('in_class:centred', 0.5), hit('other', 0.9)], overDecoys: [hit('other', 0.75)] }),
  ],
};

const text = report([model]);

it('holds every rate with its interval, and says where a ranking was not run', () => {
  expect(text).toContain('| in_class:centred | .80 [.70, .90] | .50 [.40, .60] |');
  expect(text).toContain('| recency | .10 [.00, .20] | not run |');
  expect(text).toContain('| other | not run | .90 [.80, 1.00] |');
  expect(text).toContain('| other | .75 [.65, .85] |');
  expect(text).toContain('`flow` is missing: It is too long.');
});

it('says from how many prompts and sets tokens were deleted, and tables only those', () => {
  expect(text).toContain('Indirect: tokens were deleted from 4 prompts, the first that count.');
  expect(text).toContain('Deletion was run for Indirect alone.');
  expect(text).toContain('Deletion was not run for `recency`.');
  expect(text).toContain('fractions 0–30 % in steps of 10, probability\n\n|  | Indirect |\n');
});

it('counts what is better, worse and not told apart from the tables', () => {
  expect(text).toContain('(paired interval above 0): `better`; smaller: `worse`; not told apart: `level`.');
  expect(text).toContain(
    'Decoys: `in_class:centred` .50 [.40, .60]. Whole interval above its interval: `other`; below: none.',
  );
});
