// Signals whose columns begin one token after the other: one row, fewer tokens than columns, around a tile, late windows.

import { describeHeads, type Window } from './maker';
import { at, type Case, createTable, exact, fewRoundings, sumOf } from './table';

const { cases, add } = createTable(7000);

const WINDOWS: readonly Window[] = [
  [0, 1, 1, 1],
  [2, 9, 5, 13],
  [0, 5, 9, 7],
  [1, 40, 33, 30],
  [3, 70, 2, 67],
];
for (const window of WINDOWS) {
  const [firstToken, tokens, columns, channels] = window;
  const end = firstToken + tokens;
  const where = `staggered ${at(window)}`;
  for (const outputs of [1, 34, 112]) {
    add(`linear, ${where} → ${outputs}`, sumOf(channels), (make) => [
      make.backend.linear(make.staggered(window), make.matrix([channels, outputs]), 'inOut', null),
    ]);
    add(`linear with bias, factor and sum, ${where} → ${outputs}`, sumOf(channels + 3), (make) => [
      make.backend.linear(make.staggered(window), make.matrix([outputs, channels]), 'outIn', make.array([outputs]), {
        multiply: { coefficients: make.array([end + 1, outputs]), factor: 0.5 },
        added: make.staggered([firstToken, tokens, columns, outputs]),
      }),
    ]);
    add(`linearPerToken, ${where} → ${outputs}`, sumOf(channels), (make) => [
      make.backend.linearPerToken(make.staggered(window), make.signal([0, end + 1, channels, outputs]), 'inOut'),
    ]);
  }
  for (const kind of ['layer', 'rms'] as const) {
    add(`norm ${kind}, ${where}`, sumOf(channels + 4), (make) => {
      const frozen = { kind, gain: make.array([channels]), inverseSigma: make.scales(end) };
      const [x, added] = [make.staggered(window), make.staggered(window)];
      return [make.backend.norm(x, frozen, make.array([channels]), added), make.backend.norm(x, frozen, null)];
    });
  }
  add(`multiply, add, ${where}`, fewRoundings, (make) => {
    const [x, y] = [make.staggered(window), make.staggered(window)];
    return [make.backend.multiply(x, make.array([end, channels]), 0.5), make.backend.add(x, y)];
  });
  add(`diagonal, ${where}`, exact, (make) => {
    const sources = Math.min(tokens, columns);
    return [make.backend.diagonal(make.signal([0, end, 1, channels]), firstToken, sources, true, true)];
  });
  add(`collapses, ${where}`, sumOf(channels + columns), (make) => {
    const x = make.staggered(window);
    const y = make.signal([Math.max(0, firstToken - 1), tokens + 1, 1, channels]);
    const { backend } = make;
    return [
      backend.sumColumns(x),
      backend.sumSquares(x),
      backend.dot(x, y),
      backend.distances(x, y, 1),
      backend.distances(x, y, 2),
    ];
  });
}

for (const [heads, kvHeads, dHead] of [
  [1, 1, 1],
  [4, 4, 5],
  [6, 2, 7],
] as const) {
  for (const [length, firstToken, columns] of [
    [1, 0, 1],
    [9, 4, 3],
    [6, 1, 5],
    [70, 3, 67],
  ] as const) {
    const shape = { heads, kvHeads, dHead, causal: true };
    add(
      `mix ${describeHeads(shape)}, ${length} tokens, ${columns} staggered from ${firstToken}`,
      sumOf(length),
      (make) => [
        make.backend.mix(
          make.pattern(make.heads(heads, kvHeads, dHead, true), length),
          make.staggered([firstToken, length - firstToken, columns, kvHeads * dHead]),
          shape,
        ),
      ],
    );
  }
}

export const staggeredCases: readonly Case[] = cases;
