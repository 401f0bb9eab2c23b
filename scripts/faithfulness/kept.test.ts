// What may be added to figures that are kept, and what is missing in them.

import { expect, it } from 'vitest';
import { rankingsOf } from '../../src/analysis/rankings';
import { added, hasFigures } from './kept';
import type { ModelResult, SetResult } from './measure';

const interval = (mean: number) => ({ mean, low: mean, high: mean, count: 3 });
const hit = (group: string, mean = 1) => ({ group, title: group, control: false, rate: interval(mean) });
const area = (group: string, gap: number) => ({
  ...{ group, title: group, control: false, against: null },
  ...{ morf: interval(0), lerf: interval(gap), gap: interval(gap) },
});
const set = (change: Partial<SetResult> = {}): SetResult => ({
  ...{ name: 'fact', title: 'Fact', prompts: 3, of: 4, eligible: 5, probability: 1, chance: 0.2, overDecoys: [] },
  hits: [hit('in_class:contrast'), hit('recency')],
  tables: [{ setting: '0–90 %', measure: 'probability', rows: [area('in_class:contrast', 0.5), area('recency', 0.1)] }],
  ...change,
});
const result = (sets: readonly SetResult[]): ModelResult => ({
  ...{ name: 'tiny', title: 'tiny', device: 'cpu', maskedBy: '[UNK]', gateRule: 'half', missing: {} },
  reference: 'in_class:contrast',
  sets,
});
const now = (gap: number, change: Partial<SetResult> = {}) =>
  set({
    hits: [hit('in_class:contrast'), hit('alti', 0.5)],
    tables: [{ setting: '0–90 %', measure: 'probability', rows: [area('in_class:contrast', gap), area('alti', 0.3)] }],
    ...change,
  });

it('new rankings join, in the order of all tables', () => {
  const [one] = added(result([set()]), result([now(0.5)])).sets;
  expect(one!.hits.map(({ group }) => group)).toEqual(['in_class:contrast', 'alti', 'recency']);
  expect(one!.tables[0]!.rows.map(({ group, gap }) => [group, gap.mean])).toEqual([
    ['in_class:contrast', 0.5],
    ['alti', 0.3],
    ['recency', 0.1],
  ]);
});

it('figures of other prompts, or of another computation, are refused', () => {
  expect(() => added(result([set()]), result([now(0.5, { prompts: 2 })]))).toThrow(/needs the prompts/);
  expect(() => added(result([set()]), result([now(0.45)]))).toThrow(/must come out the same/);
  expect(() => added(result([set()]), result([now(Number.NaN)]))).toThrow(/must come out the same/);
});

it('a set that was not reached joins behind the others; nothing kept: all is new', () => {
  const other = set({ name: 'induction' });
  expect(added(result([set()]), result([other])).sets.map(({ name }) => name)).toEqual(['fact', 'induction']);
  expect(added(null, result([other])).sets).toEqual([other]);
});

it('deletion on fewer prompts joins localisation on all, and says on how many', () => {
  const located = set({ tables: [], prompts: 20, of: 30 });
  const [one] = added(result([located]), result([now(0.5, { prompts: 7, of: 8 })])).sets;
  expect(one).toMatchObject({ prompts: 20, of: 30, deleted: 7, hits: located.hits });
  expect(one!.tables).toHaveLength(1);
});

it('a set is there when every ranking is, with its deletion when that is asked', () => {
  const asked = rankingsOf(['in_class:contrast', 'recency']);
  expect(hasFigures(null, 'fact', asked, false)).toBe(false);
  expect(hasFigures(result([set()]), 'fact', asked, true)).toBe(true);
  expect(hasFigures(result([set()]), 'induction', asked, false)).toBe(false);
  expect(hasFigures(result([set({ tables: [] })]), 'fact', asked, true)).toBe(false);
  expect(hasFigures(result([set({ tables: [] })]), 'fact', asked, false)).toBe(true);
  const more = rankingsOf(['in_class:contrast', 'globenc']);
  expect(hasFigures(result([set()]), 'fact', more, true)).toBe(false);
  expect(hasFigures({ ...result([set()]), missing: { globenc: 'There is none.' } }, 'fact', more, true)).toBe(true);
});
