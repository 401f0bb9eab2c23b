// Matrices of their own for every token, windows copied, and sources that have met once: shapes 1, primes, around a tile, late windows.

import { describeHeads, type Window } from './maker';
import { at, type Case, createTable, exact, sumOf } from './table';

const { cases, add } = createTable(6000);

const PER_TOKEN: readonly (readonly [window: Window, outputs: number])[] = [
  [[0, 1, 1, 1], 1],
  [[2, 3, 5, 13], 7],
  [[0, 4, 33, 31], 34],
  [[1, 2, 65, 64], 64],
  [[3, 2, 3, 130], 257],
];
for (const [window, outputs] of PER_TOKEN) {
  const [firstToken, tokens, , inputs] = window;
  for (const layout of ['inOut', 'outIn'] as const) {
    add(`linearPerToken ${layout} ${at(window)} → ${outputs}`, sumOf(inputs), (make) => {
      const [rows, columns] = layout === 'inOut' ? [inputs, outputs] : [outputs, inputs];
      const first = Math.max(0, firstToken - 1);
      const operators = make.signal([first, firstToken + tokens - first + 1, rows, columns]);
      return [make.backend.linearPerToken(make.signal(window), operators, layout)];
    });
  }
}

for (const [window, firstToken, tokens] of [
  [[0, 1, 1, 1], 0, 1],
  [[2, 9, 3, 67], 4, 5],
  [[0, 7, 1, 13], 6, 1],
] as const) {
  add(`takeTokens ${firstToken}+${tokens} of ${at(window)}`, exact, (make) => [
    make.backend.takeTokens(make.signal(window), firstToken, tokens),
  ]);
  add(`putTokens ${firstToken}+${tokens} into ${at(window)}`, exact, (make) => {
    const target = make.signal(window);
    make.backend.putTokens(target, make.signal([firstToken, tokens, window[2], window[3]]));
    return [target];
  });
}

const HEADS = [
  [1, 1, 1],
  [4, 4, 5],
  [6, 2, 7],
  [12, 3, 16],
] as const;
for (const [heads, kvHeads, dHead] of HEADS) {
  const label = describeHeads({ heads, kvHeads, dHead });
  for (const [firstToken, tokens] of [
    [0, 1],
    [3, 5],
  ] as const) {
    add(`headsApart ${label}, tokens ${firstToken}+${tokens}`, exact, (make) => {
      const shape = make.heads(heads, kvHeads, dHead, true);
      return [make.backend.headsApart(make.signal([firstToken, tokens, 1, kvHeads * dHead]), shape)];
    });
  }
  for (const [length, first, sources, channels] of [
    [1, 0, 1, 31],
    [9, 4, 3, 67],
    [70, 5, 11, 33],
    [33, 0, 33, 130],
  ] as const) {
    for (const causal of [true, false]) {
      for (const [hasOwn, hasScales] of [
        [false, false],
        [true, true],
        [true, false],
      ] as const) {
        const extras = `${hasOwn ? ', own' : ''}${hasScales ? ', scales' : ''}`;
        const name = `expandSources ${label}, ${length} tokens, sources ${first}+${sources} of ${channels}, causal ${causal}${extras}`;
        add(name, sumOf(heads + 1), (make) => [
          make.backend.expandSources(
            make.pattern(make.heads(heads, kvHeads, dHead, causal), length),
            make.signal([first, sources, heads, channels]),
            hasOwn ? make.signal([Math.max(0, first - 2), length - Math.max(0, first - 2), 1, channels]) : null,
            hasScales ? make.scales(length) : null,
            causal,
          ),
        ]);
      }
    }
  }
}

export const sourceCases: readonly Case[] = cases;
