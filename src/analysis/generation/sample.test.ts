import { describe, expect, it } from 'vitest';
import type { Sampling } from '../../engine/protocol';
import { checkSampling, chooseToken } from './sample';

const greedy: Sampling = { temperature: 0, topK: null, topP: 1, seed: 1 };
const drawn: Sampling = { ...greedy, temperature: 1 };
const logits = [0, Math.log(4), Math.log(3), Math.log(2)]; // probabilities .1 .4 .3 .2

function shares(sampling: Sampling, from: readonly number[] = logits): number[] {
  const counts = from.map(() => 0);
  const places = 20_000;
  for (let place = 0; place < places; place++) counts[chooseToken(from, sampling, place)]! += 1 / places;
  return counts;
}

describe('the next token', () => {
  it('at temperature 0 is the most likely one, the smaller id of two', () => {
    expect(chooseToken(logits, greedy, 5)).toBe(1);
    expect(chooseToken([1, 2, 2], { ...greedy, topK: 1, topP: 0.1 }, 0)).toBe(1);
  });

  it('is drawn as likely as it is', () => {
    // 20,000 draws: standard error at most .0035.
    const [a, b, c, d] = shares(drawn);
    for (const [found, true_] of [
      [a, 0.1],
      [b, 0.4],
      [c, 0.3],
      [d, 0.2],
    ] as const)
      expect(Math.abs(found! - true_)).toBeLessThan(0.014);
    const warm = shares({ ...drawn, temperature: 2 });
    const total = Math.sqrt(0.1) + Math.sqrt(0.4) + Math.sqrt(0.3) + Math.sqrt(0.2);
    expect(Math.abs(warm[1]! - Math.sqrt(0.4) / total)).toBeLessThan(0.014);
  });

  it('is among the k most likely, and the fewest that have probability p', () => {
    const two = shares({ ...drawn, topK: 2 });
    expect([two[0], two[3]]).toEqual([0, 0]);
    expect(Math.abs(two[1]! - 4 / 7)).toBeLessThan(0.014);
    expect(shares({ ...drawn, topP: 0.41 }).map((share) => share > 0)).toEqual([false, true, true, false]);
    expect(shares({ ...drawn, topP: 0.39 })[1]).toBeCloseTo(1, 9);
    expect(shares({ ...drawn, topK: 1 })[1]).toBeCloseTo(1, 9);
    expect(shares({ ...drawn, topK: 99 }).every((share) => share > 0)).toBe(true);
  });

  it('is the same for the same seed and place', () => {
    const text = (seed: number) =>
      Array.from({ length: 50 }, (_, place) => chooseToken(logits, { ...drawn, seed }, place));
    expect(text(3)).toEqual(text(3));
    expect(text(3)).not.toEqual(text(4));
  });

  it('needs no finite rivals', () => {
    expect(chooseToken([Number.NEGATIVE_INFINITY, 0], drawn, 0)).toBe(1);
    expect(chooseToken([1000, -1000], { ...drawn, temperature: 0.01 }, 7)).toBe(0);
  });

  it.each([
    [{ temperature: -1 }, /temperature is a number from 0/],
    [{ temperature: Number.NaN }, /temperature/],
    [{ topK: 0 }, /Top k/],
    [{ topK: 1.5 }, /Top k/],
    [{ topP: 0 }, /Top p/],
    [{ topP: 1.1 }, /Top p/],
    [{ seed: -1 }, /seed/],
  ])('refuses %j', (change, sentence) => {
    expect(() => checkSampling({ ...drawn, ...change })).toThrow(sentence);
    expect(() => checkSampling(drawn)).not.toThrow();
  });
});
