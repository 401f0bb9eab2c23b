// How sure a mean over prompts or a rate is. Seeded: the same numbers give the same interval.

import { seededRandom } from '../tensor/random';

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export const resamples = 10_000;

/**
 * Mean with its 95 % percentile bootstrap interval: values are drawn again with replacement, as many as there are, 10,000 times; the interval holds the
 * middle 95 % of the means. For two methods on the same prompts give the differences, prompt by prompt: that is the paired bootstrap. It knows the
 * prompts that were drawn, not the way they were chosen; prompts that resemble each other make it too narrow. RangeError for no values.
 */
export function bootstrapMean(values: readonly number[], seed: number): Interval {
  const count = values.length;
  if (count === 0) throw new RangeError('a mean needs at least one value');
  const random = seededRandom(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += values[Math.floor(random() * count)]!;
    return sum / count;
  }).sort();
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { mean, low: quantile(means, 0.025), high: quantile(means, 0.975), count };
}

/** first − second on the same prompts, prompt by prompt. */
export function pairedDifference(first: readonly number[], second: readonly number[], seed: number): Interval {
  if (first.length !== second.length)
    throw new RangeError(`${first.length} values cannot be paired with ${second.length}`);
  return bootstrapMean(
    first.map((value, at) => value - second[at]!),
    seed,
  );
}

/** Of ascending values, linear between neighbours. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}

const z = 1.959963984540054; // 97.5 % of the standard normal distribution

/** A rate with Wilson's 95 % score interval (Wilson 1927), which is of use at 0 and at 1 too, where a bootstrap has no width. */
export function wilsonRate(hits: number, count: number): Interval {
  if (count === 0) throw new RangeError('a rate needs at least one try');
  const mean = hits / count;
  const scale = 1 + z ** 2 / count;
  const centre = (mean + z ** 2 / (2 * count)) / scale;
  const half = (z / scale) * Math.sqrt((mean * (1 - mean)) / count + z ** 2 / (4 * count ** 2));
  return { mean, low: Math.max(0, centre - half), high: Math.min(1, centre + half), count };
}
