// One table of cases over every primitive: shapes 1, primes, around a workgroup's size, tall; windows that start late; values that break
// careless kernels. A case says what to compute and how far float32 may be off, and why.

import type { DeviceArray, NormKind, Signal } from '../../../program/backend';
import { describeHeads, type Maker, type Window } from './maker';

export interface Case {
  readonly name: string;
  readonly seed: number;
  /** Largest max|a − b| / max|b| between float32 and float64, with its reason. 0: the same numbers. */
  readonly tolerance: number;
  readonly reason: string;
  readonly compute: (make: Maker) => readonly (Signal | DeviceArray)[];
}

/** Half the distance of float32 numbers at 1: the relative error of one rounding. */
const ROUNDING = 2 ** -24;

const exact = { tolerance: 0, reason: 'copies only' };
const fewRoundings = { tolerance: 8 * ROUNDING, reason: 'a few roundings, no sum' };
/** Rounding errors of a running sum of n terms of either sign grow like √n, as the sum does; 4 standard deviations and a few more roundings. */
const sumOf = (n: number) => ({ tolerance: (8 + 4 * Math.sqrt(n)) * ROUNDING, reason: `rounded sum of ${n} terms` });

const cases: Case[] = [];
let seed = 1;
function add(
  name: string,
  { tolerance, reason }: { tolerance: number; reason: string },
  compute: Case['compute'],
): void {
  cases.push({ name, seed: seed++, tolerance, reason, compute });
}
const at = ([firstToken, tokens, columns, channels]: Window) =>
  `[${tokens}, ${columns}, ${channels}] from token ${firstToken}`;

// ---- linear ---------------------------------------------------------------------------------------------------------------------
const LINEAR: readonly (readonly [window: Window, outputs: number])[] = [
  [[0, 1, 1, 1], 1],
  [[0, 1, 1, 7], 13],
  [[0, 5, 1, 13], 7],
  [[3, 4, 6, 31], 17],
  [[0, 2, 3, 64], 64],
  [[2, 3, 5, 63], 65],
  [[0, 9, 15, 65], 63],
  [[0, 1, 1, 1024], 3],
  [[0, 3, 43, 16], 130],
  [[0, 1, 1, 257], 1031],
  [[0, 10, 7001, 3], 2], // more rows than a grid has workgroups in one direction
];
for (const [window, outputs] of LINEAR) {
  const inputs = window[3];
  for (const layout of ['inOut', 'outIn'] as const) {
    for (const biased of [false, true]) {
      add(`linear ${layout} ${biased ? 'with bias ' : ''}${at(window)} → ${outputs}`, sumOf(inputs), (make) => {
        const weight = make.array(layout === 'inOut' ? [inputs, outputs] : [outputs, inputs]);
        return [make.backend.linear(make.signal(window), weight, layout, biased ? make.array([outputs]) : null)];
      });
    }
  }
}

// ---- norm -----------------------------------------------------------------------------------------------------------------------
const NORM: readonly Window[] = [
  [0, 1, 1, 1],
  [0, 5, 1, 7],
  [4, 3, 5, 63],
  [0, 3, 2, 64],
  [1, 2, 3, 65],
  [0, 2, 2, 257],
  [0, 1, 1, 1031],
  [0, 10, 6554, 3],
];
const KINDS: readonly NormKind[] = ['layer', 'rms'];
for (const window of NORM) {
  const [firstToken, tokens, , channels] = window;
  for (const kind of KINDS) {
    const frozen = (make: Maker) => ({
      kind,
      gain: make.array([channels]),
      inverseSigma: make.scales(firstToken + tokens + 1),
    });
    add(`norm ${kind} ${at(window)}`, sumOf(channels), (make) => [
      make.backend.norm(make.signal(window), frozen(make), null),
      make.backend.norm(make.signal(window), frozen(make), make.array([channels])),
    ]);
    add(`normAdjoint ${kind} ${at(window)}`, sumOf(channels), (make) => [
      make.backend.normAdjoint(make.signal(window), frozen(make)),
    ]);
    add(`inverseSigma ${kind} ${at(window)}`, sumOf(channels), (make) => [
      make.backend.inverseSigma(make.signal([0, firstToken + tokens, 1, channels], 2), kind, 1e-3),
    ]);
  }
}
for (const channels of [64, 67, 768]) {
  const offset = {
    tolerance: 1e-4,
    reason: 'x − mean keeps 2⁻²⁴ · 100 of values around 0.5; a variance in one pass would lose 1e-2',
  };
  add(`norm layer, large offset, ${channels} channels`, offset, (make) => {
    const x = make.signal([0, 3, 1, channels], 0.5, 100);
    const inverseSigma = make.backend.inverseSigma(x, 'layer', 1e-5);
    return [inverseSigma, make.backend.norm(x, { kind: 'layer', gain: make.array([channels]), inverseSigma }, null)];
  });
  add(`inverseSigma of zeros, ${channels} channels`, fewRoundings, (make) => {
    const x = make.givenSignal([0, 2, 1, channels], new Array(2 * channels).fill(0));
    return KINDS.map((kind) => make.backend.inverseSigma(x, kind, 1e-5));
  });
}

// ---- multiply, add, sums ----------------------------------------------------------------------------------------------------------
const ELEMENTWISE: readonly Window[] = [
  [0, 1, 1, 1],
  [3, 2, 1, 13],
  [0, 3, 4, 65],
  [5, 7, 3, 31],
  [0, 16, 16, 16411], // more elements than 65,535 workgroups of 64
];
for (const window of ELEMENTWISE) {
  const [firstToken, tokens, columns, channels] = window;
  add(`multiply ${at(window)}`, fewRoundings, (make) => [
    make.backend.multiply(make.signal(window), make.array([firstToken + tokens + 2, channels]), 0.5),
  ]);
  add(`add ${at(window)} to the same window`, fewRoundings, (make) => [
    make.backend.add(make.signal(window), make.signal(window)),
  ]);
  add(`sumColumns ${at(window)}`, sumOf(columns), (make) => [make.backend.sumColumns(make.signal(window))]);
  add(`sumSquares ${at(window)}`, sumOf(channels), (make) => [make.backend.sumSquares(make.signal(window))]);
  add(`dot ${at(window)}`, sumOf(channels), (make) => [
    make.backend.dot(make.signal(window), make.signal([firstToken, tokens, 1, channels])),
    make.backend.dot(make.signal(window), make.signal([0, firstToken + tokens + 1, 1, channels])),
  ]);
}
for (const [x, y] of [
  [
    [0, 4, 3, 5],
    [2, 2, 3, 5],
  ],
  [
    [3, 2, 1, 7],
    [0, 5, 1, 7],
  ],
  [
    [0, 2, 2, 64],
    [1, 4, 2, 64],
  ],
  [
    [6, 1, 3, 2],
    [1, 2, 3, 2],
  ], // a gap between the windows
] as const) {
  add(`add ${at(x)} and ${at(y)}`, fewRoundings, (make) => [make.backend.add(make.signal(x), make.signal(y))]);
}
add('sumColumns of 1021 columns', sumOf(1021), (make) => [make.backend.sumColumns(make.signal([0, 3, 1021, 5]))]);
add('sumSquares and dot of 65,540 rows', sumOf(3), (make) => {
  const x = make.signal([0, 10, 6554, 3]);
  return [make.backend.sumSquares(x), make.backend.dot(x, make.signal([0, 10, 1, 3]))];
});

// ---- attention --------------------------------------------------------------------------------------------------------------------
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
          const rotary = rotaryDim === 0 ? null : { rotaryDim, cos: table(Math.cos), sin: table(Math.sin) };
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

// ---- activations ------------------------------------------------------------------------------------------------------------------
const approximated = {
  tolerance: 2e-6,
  reason: 'WGSL has no erf, and its exp and tanh are approximate: a few 1e-7 of 1',
};
const EDGES = [
  0, -0, 1e-30, -1e-30, 1e-4, -1e-4, 0.5, -0.5, 1, -1, 3, -3, 5.5, -5.5, 9, -9, 20, -20, 90, -90, 1e4, -1e4,
];
for (const activation of ['gelu', 'gelu_new', 'silu', 'relu'] as const) {
  const tolerance = activation === 'relu' ? exact : approximated;
  add(`activationMultiplier ${activation}, edges`, tolerance, (make) => [
    make.backend.activationMultiplier(make.givenSignal([0, 2, 1, 11], EDGES), activation),
  ]);
  for (const [tokens, channels] of [
    [1, 1],
    [3, 67],
    [17, 256],
  ] as const) {
    add(`activationMultiplier ${activation} [${tokens}, ${channels}]`, tolerance, (make) => [
      make.backend.activationMultiplier(make.signal([0, tokens, 1, channels], 6), activation),
    ]);
    add(
      `gateCoefficients ${activation} [${tokens}, ${channels}]`,
      activation === 'relu' ? fewRoundings : approximated,
      (make) => {
        const gate = make.signal([0, tokens, 1, channels], 6);
        const { up, gate: frozen } = make.backend.gateCoefficients(
          gate,
          make.signal([0, tokens, 1, channels]),
          activation,
        );
        return [up, frozen];
      },
    );
  }
}

// ---- starts -----------------------------------------------------------------------------------------------------------------------
for (const [rows, channels, count] of [
  [1, 1, 1],
  [41, 20, 8],
  [1000, 65, 33],
] as const) {
  add(`gatherRows ${count} of [${rows}, ${channels}]`, exact, (make) => [
    make.backend.gatherRows(make.array([rows, channels]), make.indices(count, rows)),
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

export const conformanceCases: readonly Case[] = cases;
