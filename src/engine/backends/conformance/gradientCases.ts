// Derivatives of what the linear readings hold frozen: norms with their scale, slopes of activations, attention back to queries and keys.

import { activations } from '../../../program/activations';
import type { MixShape, Signal } from '../../../program/backend';
import { describeHeads, type Maker, seenKeys, type Window } from './maker';
import { at, type Case, createTable, fewRoundings, sumOf } from './table';

const { cases, add } = createTable(4000);

/** Of one channel the gradient is r (1 − n²), and n² is nearly 1. */
const cancelling = { tolerance: 1e-4, reason: 'nearly all of it cancels' };
for (const kind of ['layer', 'rms'] as const) {
  for (const [window, width] of [
    [[0, 1, 1, 1], 1],
    [[0, 5, 3, 17], 17],
    [[2, 4, 2, 64], 64],
    [[0, 7, 5, 130], 130],
    [[1, 6, 3, 24], 8],
  ] as const) {
    for (const share of [0, 1]) {
      const name = `normGradient ${kind} ${at(window)}, stretches of ${width}, share ${share}`;
      add(name, width === 1 ? cancelling : sumOf(3 * width), async ({ backend, signal, array }) => {
        const x = signal([0, 9, 1, window[3]], 2, 0.5);
        const norm = { kind, gain: array([width]), eps: 1e-3 };
        return [(await backend.gradients()).normGradient(signal(window), x, norm, share)];
      });
    }
  }
}

const EDGES = [
  0, -0, 1e-30, -1e-30, 1e-4, -1e-4, 0.5, -0.5, 1, -1, 3, -3, 5.5, -5.5, 9, -9, 20, -20, 90, -90, 1e3, -1e3,
];
const approximated = {
  tolerance: 4e-6,
  reason: 'WGSL has no erf, and its exp is approximate; the slope multiplies that error by z where the bell is',
};
for (const activation of activations) {
  const allowed = activation.startsWith('relu') ? fewRoundings : approximated;
  add(`activationSlope ${activation}, edges`, allowed, async ({ backend, givenSignal }) => [
    (await backend.gradients()).activationSlope(givenSignal([0, 2, 1, 11], EDGES), activation),
  ]);
  add(`activationSlope ${activation} [17, 67]`, allowed, async ({ backend, signal }) => [
    (await backend.gradients()).activationSlope(signal([0, 17, 1, 67], 6), activation),
  ]);
}

for (const [heads, kvHeads, dHead, length, firstToken, tokens, columns] of [
  [1, 1, 1, 1, 0, 1, 1],
  [4, 2, 5, 11, 3, 6, 3],
  [3, 3, 16, 33, 0, 33, 1],
  [2, 1, 7, 70, 66, 4, 5],
  [4, 4, 8, 13, 0, 13, 20],
] as const) {
  for (const causal of [true, false]) {
    const shape = { heads, kvHeads, dHead, causal };
    const where = `${describeHeads(shape)} over ${length} tokens, ${columns} columns from token ${firstToken}, causal ${causal}`;
    const rows = [firstToken, tokens, columns, heads * length] as const;
    const wide = [firstToken, tokens, columns, heads * dHead] as const;
    add(`headProducts, ${where}`, sumOf(dHead), async ({ backend, signal }) => [
      (await backend.gradients()).headProducts(signal(wide), signal([0, length, 1, kvHeads * dHead]), shape),
    ]);
    add(`contractKeys, ${where}`, sumOf(length), async (make) => {
      const y = make.signal([0, length, 1, kvHeads * dHead]);
      return [(await make.backend.gradients()).contractKeys(seen(make, rows, shape), y, shape, 0.3)];
    });
    add(`contractQueries, ${where}`, sumOf((length * heads) / kvHeads), async (make) => {
      const x = make.signal([0, length, 1, heads * dHead]);
      return [(await make.backend.gradients()).contractQueries(seen(make, rows, shape), x, shape, 0.3)];
    });
    add(`softmaxAdjoint, ${where}`, sumOf(length), async (make) => {
      const pattern = make.pattern(make.heads(heads, kvHeads, dHead, causal), length);
      const gradients = await make.backend.gradients();
      const slopes = make.array([heads, length, length], 0.5, 0.5);
      const g = make.signal(rows);
      return [gradients.softmaxAdjoint(pattern, g, null), gradients.softmaxAdjoint(pattern, g, slopes)];
    });
  }
  add(`capSlopes, ${heads}/${kvHeads} heads of ${dHead} over ${length} tokens`, approximated, async (make) => [
    (await make.backend.gradients()).capSlopes(
      make.signal([0, length, 1, heads * dHead], 2),
      make.signal([0, length, 1, kvHeads * dHead], 2),
      { heads, kvHeads, dHead },
      0.4,
      1.5,
    ),
  ]);
}

for (const [heads, length, firstToken, tokens] of [
  [1, 1, 0, 1],
  [3, 64, 0, 5],
  [4, 64, 63, 1],
  [2, 130, 40, 7],
  [9, 70, 3, 67],
] as const) {
  for (const [kind, shape] of [
    ['plain', {}],
    ['window', { window: 4 }],
    ['soft cap', { softCap: 1.5 }],
    ['window and soft cap', { window: 33, softCap: 3 }],
  ] as const) {
    for (const withSlopes of [false, true]) {
      const where = `${tokens} queries from ${firstToken} over ${length} keys, ${heads} heads`;
      // exp of a rounded score of up to some tens, then a sum of `length`.
      const allowed = { tolerance: 4e-6 + sumOf(length).tolerance, reason: 'exp is approximate; a sum over the keys' };
      add(`weighKeys ${kind}, slopes ${withSlopes}, ${where}`, allowed, async (make) => {
        const size = { ...make.heads(heads, heads, 4, true), ...shape };
        const products = make.signal([firstToken, tokens, 1, heads * length], 8);
        const slopes = withSlopes ? make.array([heads], 0.2, 0.3) : null;
        return [(await make.backend.gradients()).weighKeys(products, size, slopes)];
      });
    }
  }
}
add('weighKeys of very negative scores', fewRoundings, async (make) => {
  const products = make.givenSignal([1, 1, 1, 4], [-3e8, -3e8, 7, 7]);
  return [(await make.backend.gradients()).weighKeys(products, make.heads(1, 1, 1, true), null)];
});

/** Random rows of keys; 0 at those that a query does not see. */
function seen(make: Maker, window: Window, shape: MixShape): Signal {
  const length = window[3] / shape.heads;
  return make.backend.multiply(make.signal(window), seenKeys(make, shape, length), 1);
}

for (const pairs of ['halves', 'neighbours'] as const) {
  for (const back of [false, true]) {
    add(`turn ${pairs}, back ${back}`, fewRoundings, async ({ backend, signal, array }) => {
      const rotary = { rotaryDim: 6, pairs, cos: array([9, 3]), sin: array([9, 3]) };
      return [(await backend.gradients()).turn(signal([2, 5, 4, 27]), 9, rotary, back)];
    });
  }
}

export const gradientCases: readonly Case[] = cases;
