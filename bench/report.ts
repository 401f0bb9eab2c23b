// What a bench reports: one line a comparison. Types, and how numbers are rounded; who prints the lines is run.mjs.

import type { RaceOptions, Spread } from './race';

/** What is compared. */
export interface Comparison {
  readonly bench: string;
  readonly case: string;
  readonly peer: string;
  readonly unit: string;
}

/** How it came out. */
export interface Outcome {
  /** Null when the comparison failed: `error` says why. */
  readonly ours: number | null;
  readonly peer_value: number | null;
  /** ours / peer_value. */
  readonly ratio: number | null;
  /** `error`, the spread, errors against a reference, and what else belongs to the comparison. */
  readonly [extra: string]: unknown;
}

export type BenchLine = Comparison & Outcome;

export interface BenchOptions extends RaceOptions {
  /** Only cases whose "bench case" contains this. */
  readonly only: string;
}

export interface Bench {
  readonly name: string;
  run(options: BenchOptions, report: (line: BenchLine) => Promise<void>): Promise<void>;
}

/** Four digits: more than any of these measurements holds. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export function isWanted(bench: string, name: string, only: string): boolean {
  return `${bench} ${name}`.includes(only);
}

/** [median, min, max]. */
export function inShort(spread: Spread | null): readonly number[] | null {
  return spread && [spread.median, spread.min, spread.max].map(rounded);
}

/** The outcome of a comparison that could not be made. */
export function failed(error: unknown): Outcome {
  const sentence = error instanceof Error ? error.message : String(error);
  return { ours: null, peer_value: null, ratio: null, error: sentence };
}
