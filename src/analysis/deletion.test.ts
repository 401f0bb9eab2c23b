import { expect, test } from 'vitest';
import {
  type Answered,
  areasOf,
  areaUnder,
  deletionOf,
  fewTokens,
  mostTokens,
  type Removal,
  removals,
  removedSets,
  setKey,
  variantsOf,
} from './deletion';

const removal: Removal = {
  scores: [0, 4, 3, 2, 1],
  eligible: [1, 2, 3, 4],
  fractions: [0, 0.25, 0.5],
  seed: 1,
  matched: false,
};

test('a fraction removes ⌈f M⌉ tokens, also where it is not exact in binary', () => {
  expect([0, 0.05, 0.1, 0.3, 0.9].map((fraction) => removals(fraction, 10))).toEqual([0, 1, 1, 3, 9]);
  expect(removals(0.1 + 0.2, 10)).toBe(3);
  expect(removals(0.05, 2)).toBe(1);
  for (const fraction of [...fewTokens, ...mostTokens]) {
    for (let count = 2; count < 200; count++) expect(removals(fraction, count)).toBeLessThanOrEqual(count);
  }
});

test('the sets of both ends, each once', () => {
  expect(removedSets(removal, 'most')).toEqual([[], [1], [1, 2]]);
  expect(removedSets(removal, 'least')).toEqual([[], [4], [3, 4]]);
  const same = { ...removal, scores: [9, 40, 30, 20, 10] };
  expect(variantsOf([removal, same])).toEqual([[1], [1, 2], [4], [3, 4]]);
});

test('curves and areas of a case by hand', () => {
  const say = (probability: number, top: number): Answered => ({ logProbability: Math.log(probability), top });
  const answers = new Map([
    ['', say(0.8, 7)],
    [setKey([1]), say(0.4, 7)],
    [setKey([1, 2]), say(0.1, 3)],
    [setKey([4]), say(0.8, 7)],
    [setKey([3, 4]), say(0.6, 7)],
  ]);
  const deletion = deletionOf(removal, answers);
  expect(deletion.morf.probability).toEqual([0.8, 0.4, 0.1].map((p) => expect.closeTo(p, 12)));
  expect(deletion.lerf.relative).toEqual([1, 1, 0.75].map((p) => expect.closeTo(p, 12)));
  expect(deletion.morf.logProbability[1]).toBeCloseTo(Math.log(0.5), 12);
  expect(deletion.morf.agreement).toEqual([1, 1, 0]);
  // Trapezoids: ((0.8 + 0.4)/2 + (0.4 + 0.1)/2)/2 = 0.425; ((0.8 + 0.8)/2 + (0.8 + 0.6)/2)/2 = 0.75.
  const areas = areasOf(deletion, 'probability', removal.fractions);
  expect(areas.morf).toBeCloseTo(0.425, 12);
  expect(areas.lerf).toBeCloseTo(0.75, 12);
  expect(areas.gap).toBeCloseTo(0.325, 12);
});

test('the area of a level curve is its height, whatever the range and the steps', () => {
  expect(areaUnder([0.3, 0.3, 0.3], [0, 0.1, 0.9])).toBeCloseTo(0.3, 12);
  expect(areaUnder([1, 0], [0, 0.3])).toBeCloseTo(0.5, 12);
  expect(areaUnder([0, 1, 1], [0, 0.2, 1])).toBeCloseTo(0.9, 12);
});

test('a map that tells nothing apart has the same curve from both ends', () => {
  const constant = { ...removal, scores: [1, 1, 1, 1, 1] };
  expect(removedSets(constant, 'most')).toEqual(removedSets(constant, 'least'));
});
