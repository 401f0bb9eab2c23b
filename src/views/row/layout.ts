// Geometry and sums of a row: bars around a common zero, shares, and whether the parts add up to the total. Pure.

import { scaleLinear } from 'd3';
import type { RowResult } from '../../engine/protocol';

export type RowOrder = 'ranked' | 'reading';

export interface Bar {
  /** Input token; null for the bias. */
  readonly source: number | null;
  readonly value: number;
  /** |value| over Σ|sources| + |bias|. */
  readonly share: number;
  /** Ends of the bar in [0, 1] of the track. */
  readonly from: number;
  readonly to: number;
}

export interface RowLayout {
  readonly bars: readonly Bar[];
  readonly bias: Bar;
  /** Hidden inputs: no bar, but their number is shown and counted in the sum. */
  readonly hidden: readonly Bar[];
  /** Inputs that contribute exactly nothing (later tokens of a decoder): counted, not listed. */
  readonly zeros: number;
  /** Place of 0 on the track. */
  readonly zero: number;
  readonly sum: number;
  /** |Σ sources + bias − total|, relative. */
  readonly error: number;
}

/** Above this the page does not claim that the parts add up; float32 passes stay well below. */
export const SUM_TOLERANCE = 1e-4;

export function rowLayout(result: RowResult, hiddenSources: ReadonlySet<number>, order: RowOrder): RowLayout {
  const { contributions, bias, total } = result;
  const whole = contributions.reduce((sum, value) => sum + Math.abs(value), Math.abs(bias)) || 1;
  const sources = [...contributions.keys()];
  const listed = sources.filter((source) => !hiddenSources.has(source) && contributions[source] !== 0);
  const values = [...listed.map((source) => contributions[source]!), bias];
  const scale = scaleLinear([Math.min(0, ...values), Math.max(0, ...values)], [0, 1]);
  const zero = values.every((value) => value === 0) ? 0 : scale(0);
  const bar = (source: number | null, value: number): Bar => ({
    source,
    value,
    share: Math.abs(value) / whole,
    from: value < 0 ? scale(value) : zero,
    to: value > 0 ? scale(value) : zero,
  });
  if (order === 'ranked') listed.sort((a, b) => Math.abs(contributions[b]!) - Math.abs(contributions[a]!) || a - b);
  const sum = contributions.reduce((all, value) => all + value, 0);
  // A total near 0 (a contrast that balances) is judged at the scale of its parts.
  const size = Math.max(Math.abs(total), Math.abs(bias), ...contributions.map(Math.abs));
  return {
    bars: listed.map((source) => bar(source, contributions[source]!)),
    bias: bar(null, bias),
    hidden: sources.filter((source) => hiddenSources.has(source)).map((source) => bar(source, contributions[source]!)),
    zeros: sources.filter((source) => !hiddenSources.has(source) && contributions[source] === 0).length,
    zero,
    sum,
    // The engine's figure, and the very numbers on the page: the worse counts.
    error: Math.max(size === 0 ? 0 : Math.abs(sum + bias - total) / size, result.fidelity.conservation ?? 0),
  };
}
