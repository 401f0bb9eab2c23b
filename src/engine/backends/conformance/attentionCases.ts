// Attention: patterns with and without rotary positions, and the value path, with grouped heads, both maskings, windows, and extreme scores.

import type { RotaryPairs } from '../../../program/backend';
import { describeHeads } from './maker';
import { type Case, createTable, ROUNDING, sumOf } from './table';

const { cases, add } = createTable(2000);

const HEADS = [
  [1, 1, 1],
  [4, 4, 5],
  [4, 2, 16],
  [6, 2, 7],
  [3, 1, 64],
  [2, 2, 33],
] as const;
const LENGTHS: readonly (readonly [length: number, firstToken: number, columns: number])[] = [
  [1, 0, 1],
  [7, 0, 3],
  [8, 5, 2],
  [33, 0, 1],
  [17, 3, 11],
];
for (const [heads, kvHeads, dHead] of HEADS) {
  for (const [length, first, columns] of LENGTHS) {
    for (const causal of [true, false]) {
      const firstToken = causal ? first : 0;
      const tokens = causal ? Math.max(1, length - firstToken - 1) : length; // a causal window may also end early
      const label = `${describeHeads({ heads, kvHeads, dHead })}, ${causal ? 'causal' : 'both ways'}, ${length} tokens`;
      add(`mix ${label}, ${columns} columns from token ${firstToken}`, sumOf(length), (make) => {
        const shape = make.heads(heads, kvHeads, dHead, causal);
        return [
          make.backend.mix(
            make.pattern(shape, length),
            make.signal([firstToken, tokens, columns, kvHeads * dHead]),
            shape,
          ),
        ];
      });
      add(
        `mixAdjoint ${label}, ${columns} columns from token ${firstToken}`,
        sumOf((length * heads) / kvHeads),
        (make) => {
          const shape = make.heads(heads, kvHeads, dHead, causal);
          return [
            make.backend.mixAdjoint(
              make.pattern(shape, length),
              make.signal([firstToken, tokens, columns, heads * dHead]),
              shape,
            ),
          ];
        },
      );
    }
  }
}
for (const [queries, keys, firstKey, keyTokens, columns, dHead] of [
  [1, 1, 0, 1, 1, 1],
  [1, 33, 0, 33, 3, 16],
  [1, 9, 4, 2, 5, 67],
  [3, 40, 0, 40, 2, 33],
] as const) {
  const label = `${queries} queries over ${keys} keys`;
  const shape = { heads: 1, kvHeads: 1, dHead, causal: false };
  add(`mix ${label}, ${columns} columns of ${keyTokens} keys`, sumOf(keys), (make) => [
    make.backend.mix(make.array([1, queries, keys]), make.signal([firstKey, keyTokens, columns, dHead]), shape),
  ]);
  add(`mixAdjoint ${label}, ${columns} columns`, sumOf(queries), (make) => [
    make.backend.mixAdjoint(make.array([1, queries, keys]), make.signal([0, queries, columns, dHead]), shape),
  ]);
}
const softmaxed = {
  tolerance: 64 * ROUNDING,
  reason: 'scores of a few units, each rounded, then exp: an absolute error becomes a relative one',
};
for (const [heads, kvHeads, dHead] of HEADS) {
  for (const length of [1, 7, 33, 65, 130]) {
    for (const causal of [true, false]) {
      const rotaryDim = dHead < 2 || length === 7 ? 0 : 2 * Math.ceil(dHead / 4); // a part of the head
      add(
        `pattern ${describeHeads({ heads, kvHeads, dHead })}, ${length} tokens, causal ${causal}, rotary ${rotaryDim}`,
        softmaxed,
        (make) => {
          const angles = Array.from({ length: (length * rotaryDim) / 2 }, (_, k) => k ** 1.5);
          const table = (f: (angle: number) => number) =>
            make.given(angles.map(f).map(Math.fround), [length, rotaryDim / 2]);
          const pairs: RotaryPairs = heads % 2 === 0 ? 'neighbours' : 'halves';
          const rotary = rotaryDim === 0 ? null : { rotaryDim, pairs, cos: table(Math.cos), sin: table(Math.sin) };
          const q = make.signal([0, length, 1, heads * dHead], 1.5);
          return [
            make.backend.pattern(
              q,
              make.signal([0, length, 1, kvHeads * dHead], 1.5),
              make.heads(heads, kvHeads, dHead, causal),
              rotary,
            ),
          ];
        },
      );
    }
  }
}
/** Every way in which scores are changed or keys hidden, alone and together. */
const SCORINGS = [
  { window: 1 },
  { window: 3 },
  { window: 40 },
  { window: 1000 },
  { softCap: 2 },
  { softCap: 50 },
  { slopes: true },
  { window: 5, softCap: 1.5, slopes: true },
] as const;
for (const scoring of SCORINGS) {
  const { slopes = false, ...shape }: { slopes?: boolean; window?: number; softCap?: number } = scoring;
  for (const [heads, kvHeads, dHead] of [
    [4, 2, 16],
    [3, 1, 7],
  ] as const) {
    for (const length of [1, 9, 70, 130]) {
      for (const causal of [true, false]) {
        if (!causal && shape.window) continue;
        const what = JSON.stringify(scoring);
        add(
          `pattern ${describeHeads({ heads, kvHeads, dHead })}, ${length} tokens, causal ${causal}, ${what}`,
          softmaxed,
          (make) => [
            make.backend.pattern(
              make.signal([0, length, 1, heads * dHead], 1.5),
              make.signal([0, length, 1, kvHeads * dHead], 1.5),
              { ...make.heads(heads, kvHeads, dHead, causal), ...shape },
              null,
              slopes ? make.array([heads], 0.25, 0.3) : null,
            ),
          ],
        );
      }
    }
  }
}
for (const [tokens, heads, dHead] of [
  [1, 1, 1],
  [5, 3, 7],
  [9, 4, 64],
  [3, 2, 130],
] as const) {
  add(`headNorm of ${heads} heads of ${dHead}, ${tokens} tokens`, sumOf(dHead), (make) => [
    make.backend.headNorm(make.signal([0, tokens, 1, heads * dHead], 2), make.array([dHead], 0.5, 1), 1e-3),
  ]);
}
const hugeScores = {
  tolerance: 1e-3,
  reason: 'scores near −2000 are rounded to 2⁻¹³ = 1.2e-4 in float32, which exp turns into relative error',
};
for (const length of [3, 70]) {
  add(`pattern, all scores very negative, ${length} tokens`, hugeScores, (make) => {
    const q = make.signal([0, length, 1, 4], 0.01, 1);
    return [make.backend.pattern(q, make.signal([0, length, 1, 4], 0.5, -1000), make.heads(1, 1, 4, true), null)];
  });
  add(`pattern, one score far above, ${length} tokens`, softmaxed, (make) => {
    const spike = Array.from({ length }, (_, j) => (j === 1 ? 5000 : -5000));
    const ones = make.givenSignal([0, length, 1, 1], new Array(length).fill(1));
    return [make.backend.pattern(ones, make.givenSignal([0, length, 1, 1], spike), make.heads(1, 1, 1, false), null)];
  });
}

export const attentionCases: readonly Case[] = cases;
