// How often something holds, over several splits of the same subjects. The interval is Wilson's 95 % for as many independent trials as there are
// different subjects: a subject that is tested in several splits counts once. Pure.

import type { Rate } from '../../engine/protocol';

const z = 1.959964; // 97.5 % of the normal distribution

export interface Trial {
  readonly split: number;
  readonly subject: number;
  readonly hit: boolean;
}

/** null without trials. */
export function rateOf(trials: readonly Trial[]): Rate | null {
  if (trials.length === 0) return null;
  const hits = trials.filter(({ hit }) => hit).length;
  const subjects = new Set(trials.map(({ subject }) => subject)).size;
  const value = hits / trials.length;
  const splits = [...new Set(trials.map(({ split }) => split))].map((split) => {
    const own = trials.filter((trial) => trial.split === split);
    return own.filter(({ hit }) => hit).length / own.length;
  });
  const [low, high] = wilson(value, subjects);
  return {
    value,
    low,
    high,
    trials: trials.length,
    subjects,
    lowest: Math.min(...splits),
    highest: Math.max(...splits),
  };
}

/** Of a share `p` of n trials. */
export function wilson(p: number, n: number): readonly [low: number, high: number] {
  const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return [Math.min(p, Math.max(0, centre - half)), Math.max(p, Math.min(1, centre + half))];
}
