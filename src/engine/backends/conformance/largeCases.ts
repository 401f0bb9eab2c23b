// Grids that fold: more workgroups than the 65,535 that one direction of a grid takes. Software adapters are slow at them, so they are few,
// and not computed twice.

import type { Maker, Window } from './maker';
import { type Case, createTable, sumOf } from './table';

const { cases, add } = createTable(4000);

const MANY_ROWS: Window = [0, 10, 6554, 3];
const MANY_ELEMENTS: Window = [0, 16, 16, 16411];
const frozen = (make: Maker) => ({ kind: 'rms' as const, gain: make.array([3]), inverseSigma: make.scales(10) });

const LARGE: Readonly<Record<string, Case['compute']>> = {
  'linear inOut': (make) => [make.backend.linear(make.signal([0, 10, 7001, 3]), make.matrix([3, 2]), 'inOut', null)],
  'linear outIn with bias': (make) => [
    make.backend.linear(make.signal([0, 10, 7001, 3]), make.matrix([2, 3]), 'outIn', make.array([2])),
  ],
  norm: (make) => [make.backend.norm(make.signal(MANY_ROWS), frozen(make), null)],
  normAdjoint: (make) => [make.backend.normAdjoint(make.signal(MANY_ROWS), frozen(make))],
  sumSquares: (make) => [make.backend.sumSquares(make.signal(MANY_ROWS))],
  dot: (make) => [make.backend.dot(make.signal(MANY_ROWS), make.signal([0, 10, 1, 3]))],
  multiply: (make) => [make.backend.multiply(make.signal(MANY_ELEMENTS), make.array([16, 16411]), 0.5)],
  add: (make) => [make.backend.add(make.signal(MANY_ELEMENTS), make.signal(MANY_ELEMENTS))],
  sumColumns: (make) => [make.backend.sumColumns(make.signal([0, 16, 2, 262163]))],
  diagonal: (make) => [make.backend.diagonal(make.signal([0, 17, 1, 15001]), 0, 17, false)],
};
for (const [name, compute] of Object.entries(LARGE)) add(`${name}, a grid that folds`, sumOf(3), compute);

export const largeCases: readonly Case[] = cases;
