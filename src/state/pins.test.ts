import { expect, test } from 'vitest';
import { pinsAfter, targetAfter } from './pins';

const none = { pinned: [], source: null };

test('a click pins a token, the same click releases it', () => {
  const once = pinsAfter(none, 3, undefined, false);
  expect(once).toEqual({ pinned: [3], source: null });
  expect(pinsAfter(once, 3, undefined, false)).toEqual(none);
});

test('a cell pins its row and its source; the same cell releases both, another cell of the row moves the source', () => {
  const cell = pinsAfter(none, 3, 1, false);
  expect(cell).toEqual({ pinned: [3], source: 1 });
  expect(pinsAfter(cell, 3, 2, false)).toEqual({ pinned: [3], source: 2 });
  expect(pinsAfter(cell, 3, 1, false)).toEqual(none);
});

test('shift adds rows in order, and takes a token of the strip out again', () => {
  const two = pinsAfter({ pinned: [3], source: null }, 1, undefined, true);
  expect(two.pinned).toEqual([3, 1]);
  expect(pinsAfter(two, 3, undefined, true).pinned).toEqual([1]);
});

test('choosing predictions: explain one, hold it against a second, drop both', () => {
  const mary = targetAfter({ class: null, rivals: [], direction: 'centred' }, 7);
  expect(mary).toEqual({ class: 7, rivals: [], direction: 'centred' });
  const against = targetAfter(mary, 9);
  expect(against).toEqual({ class: 7, rivals: [9], direction: 'contrast' });
  expect(targetAfter(against, 9)).toEqual(mary);
  expect(targetAfter(against, 7)).toEqual({ class: null, rivals: [], direction: 'centred' });
});
