// Activations at their edges (0, −0, where exp overflows), gates, embeddings and the starts of readings.

import { activations } from '../../../program/activations';
import { type Case, createTable, exact, fewRoundings } from './table';

const { cases, add } = createTable(3000);

const approximated = {
  tolerance: 2e-6,
  reason: 'WGSL has no erf, and its exp and tanh are approximate: a few 1e-7 of 1',
};
const EDGES = [
  0, -0, 1e-30, -1e-30, 1e-4, -1e-4, 0.5, -0.5, 1, -1, 3, -3, 5.5, -5.5, 9, -9, 20, -20, 90, -90, 1e4, -1e4,
];
for (const activation of activations) {
  const tolerance = activation.startsWith('relu') ? fewRoundings : approximated;
  add(`activate ${activation}, edges`, tolerance, (make) => {
    const { multiplier, value } = make.backend.activate(make.givenSignal([0, 2, 1, 11], EDGES), activation);
    return [multiplier, value];
  });
  for (const [tokens, channels] of [
    [1, 1],
    [3, 67],
    [17, 256],
  ] as const) {
    add(`activate ${activation} [${tokens}, ${channels}]`, tolerance, (make) => {
      const { multiplier, value } = make.backend.activate(make.signal([0, tokens, 1, channels], 6), activation);
      return [multiplier, value];
    });
    add(
      `gate ${activation} [${tokens}, ${channels}]`,
      activation.startsWith('relu') ? fewRoundings : approximated,
      (make) => {
        const gate = make.signal([0, tokens, 1, channels], 6);
        const frozen = make.backend.gate(gate, make.signal([0, tokens, 1, channels]), activation);
        return [frozen.up, frozen.gate, frozen.value];
      },
    );
  }
}

for (const [rows, channels, count] of [
  [1, 1, 1],
  [41, 20, 8],
  [1000, 65, 33],
] as const) {
  add(`gatherRows ${count} of [${rows}, ${channels}]`, exact, (make) => [
    make.backend.gatherRows(make.matrix([rows, channels]), make.indices(count, rows)),
  ]);
}
for (const [tokens, channels, first, columns] of [
  [1, 1, 0, 1],
  [7, 5, 0, 7],
  [9, 13, 4, 3],
  [33, 64, 32, 1],
] as const) {
  for (const causal of [true, false]) {
    add(`diagonal of [${tokens}, ${channels}], sources ${first} + ${columns}, causal ${causal}`, exact, (make) => [
      make.backend.diagonal(make.signal([0, tokens, 1, channels]), first, columns, causal),
    ]);
  }
}
for (const [token, channels, first, columns] of [
  [0, 1, 0, 1],
  [3, 13, 5, 8],
  [2, 65, 0, 65],
  [0, 300, 299, 1],
] as const) {
  add(`unitVectors ${first} + ${columns} of ${channels} at token ${token}`, exact, (make) => [
    make.backend.unitVectors(token, channels, first, columns),
  ]);
}
add('zeros', exact, (make) => [make.backend.zeros([3, 5, 7], 'zeros')]);

export const freezingCases: readonly Case[] = cases;
