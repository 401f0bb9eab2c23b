// What a conformance case is: what to compute, how far float32 may be off, and why. Tables of cases lie in `…Cases.ts`.

import type { DeviceArray, Signal } from '../../../program/backend';
import type { Maker, Window } from './maker';

type Computed = readonly (Signal | DeviceArray)[];

export interface Case {
  readonly name: string;
  readonly seed: number;
  /** Largest max|a − b| / max|b| between float32 and float64, with its reason. 0: the same numbers. */
  readonly tolerance: number;
  readonly reason: string;
  readonly compute: (make: Maker) => Computed | Promise<Computed>;
}

export interface Allowed {
  readonly tolerance: number;
  readonly reason: string;
}

/** Half the distance of float32 numbers at 1: the relative error of one rounding. */
export const ROUNDING = 2 ** -24;

export const exact: Allowed = { tolerance: 0, reason: 'copies only' };
export const fewRoundings: Allowed = { tolerance: 8 * ROUNDING, reason: 'a few roundings, no sum' };

/** Rounding errors of a running sum of n terms of either sign grow like √n, as the sum does; 4 standard deviations and a few more roundings. */
export function sumOf(n: number): Allowed {
  return { tolerance: (8 + 4 * Math.sqrt(n)) * ROUNDING, reason: `rounded sum of ${n} terms` };
}

/** An empty table whose cases get the seeds from `firstSeed` on. */
export function createTable(firstSeed: number) {
  const cases: Case[] = [];
  const add = (name: string, { tolerance, reason }: Allowed, compute: Case['compute']) => {
    cases.push({ name, seed: firstSeed + cases.length, tolerance, reason, compute });
  };
  return { cases, add };
}

export function at([firstToken, tokens, columns, channels]: Window): string {
  return `[${tokens}, ${columns}, ${channels}] from token ${firstToken}`;
}
