import { expect, test } from 'vitest';
import { rankingsOf } from '../../analysis/rankings';
import type { StudiedPrompt } from '../../analysis/study';
import type { Many } from '../../state/studies';
import { manyNotes, missingNotes, tieNotes } from './notes';
import { hasWorld } from './world';

const rankings = rankingsOf(['rollout', 'recency']);

test('ties are said, and a map of one value is said to have no order', () => {
  const tied = new Map([
    ['rollout', 6],
    ['recency', 0],
  ]);
  expect(tieNotes(tied, rankings, 6)).toEqual([
    'Attention rollout: no token has a score of its own, so its order is a seeded shuffle’s.',
  ]);
  expect(tieNotes(new Map([['rollout', 2]]), rankings, 6)[0]).toMatch(/^Attention rollout: 2 of 6 tokens share/);
});

test('what is missing is said once, with its reason', () => {
  expect(missingNotes(new Map([['rollout', 'There is none.']]), rankings)).toEqual([
    'Attention rollout is missing: There is none.',
  ]);
});

test('a list says what counts, what does not and why, and when it is a part', () => {
  const prompt = { missing: new Map(), maskedBy: '[UNK]' } as unknown as StudiedPrompt;
  const skipped = Array.from({ length: 7 }, (_, at) => ({ at, why: 'Too short.' }));
  const many: Many = {
    model: 'tiny-world',
    groups: [{ name: 'list', title: 'Own list', prompts: [prompt], otherwise: 1, skipped }],
    rankings,
    setting: { name: 'curve', fractions: [0, 0.5], matched: true },
    tried: 9,
    of: 12,
    maskedBy: '[UNK]',
  };
  const notes = manyNotes(many);
  expect(notes[0]).toBe('Only 9 of 12 prompts were tried: this is a part of the answer.');
  expect(notes[1]).toBe('1 of 9 prompts count; masked tokens become [UNK].');
  expect(notes).toContain('The orders are distance-matched.');
  expect(notes).toContain('1 were answered wrongly, so why is not asked.');
  expect(notes).toContain('Left out, Own list 1: Too short.');
  expect(notes).toContain('2 more were left out.');
});

test('only models beside whose files the sentences lie have a world', () => {
  expect(['tiny-world', 'tiny-world-encoder', 'tiny-shapes', 'file:tiny-world'].map(hasWorld)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
