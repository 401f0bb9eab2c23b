import { describe, expect, it } from 'vitest';
import type { DecoderName, RelationScores } from '../../engine/protocol';
import { apart, sweepHeight, sweepOf } from './layout';
import { rateWords } from './words';

const rate = (value: number) => ({
  value,
  low: Math.max(0, value - 0.1),
  high: Math.min(1, value + 0.1),
  trials: 10,
  subjects: 10,
  lowest: value,
  highest: value,
});
const scores = (layer: number, training: number, values: Partial<Record<DecoderName, number>>): RelationScores => ({
  layer,
  training,
  decoders: Object.entries(values).map(([decoder, value]) => ({
    decoder: decoder as DecoderName,
    faithfulness: rate(value),
    accuracy: rate(0),
  })),
});

describe('the layer sweep', () => {
  const sweep = sweepOf(
    [
      scores(2, 6, { tensor: 0, random: 0.5 }),
      scores(0, 6, { tensor: 1, random: 0.5 }),
      scores(0, 3, { tensor: 0.2, random: 0.2 }),
    ],
    6,
    600,
  );

  it('draws one number of training subjects, from the embedding on, 0 at the bottom and 1 at the top', () => {
    expect(sweep.layers.map(({ layer }) => layer)).toEqual([0, 2]);
    const [tensor, random] = sweep.lines;
    expect(tensor!.points.map(({ y }) => y)).toEqual([sweep.plot.top, sweep.plot.bottom]);
    expect(random!.points[0]!.y).toBeCloseTo((sweep.plot.top + sweep.plot.bottom) / 2, 9);
    expect(tensor!.points[0]!.x).toBeLessThan(tensor!.points[1]!.x);
    expect(sweep.plot.right).toBeLessThan(600);
    expect(sweep.plot.bottom).toBeLessThan(sweepHeight);
  });

  it('stays drawable without room, and without scores', () => {
    const narrow = sweepOf([scores(0, 6, { tensor: 1 })], 6, 0);
    expect(narrow.plot.right).toBeGreaterThan(narrow.plot.left);
    expect(narrow.lines[0]!.points[0]!.x).toBeGreaterThan(narrow.plot.left);
    expect(sweepOf([], 6, 600).lines).toEqual([]);
  });
});

describe('labels', () => {
  it('stay where they are when there is room', () => {
    expect(apart([10, 50, 90], 0, 100)).toEqual([10, 50, 90]);
  });

  it('move apart, in their order, within the picture', () => {
    const places = apart([100, 99, 100, 2], 0, 100);
    const sorted = [...places].sort((a, b) => a - b);
    for (let at = 1; at < sorted.length; at++) expect(sorted[at]! - sorted[at - 1]!).toBeGreaterThanOrEqual(14);
    expect(Math.max(...places)).toBeLessThanOrEqual(100);
    expect(places[3]).toBe(2);
    expect(places[1]!).toBeLessThan(places[0]!);
  });
});

it('a rate reads with its interval', () => {
  expect(rateWords({ ...rate(0.956), low: 0.803, high: 0.994 })).toBe('96 % [80, 99]');
});
