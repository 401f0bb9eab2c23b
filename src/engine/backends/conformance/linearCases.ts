// linear in both layouts, norms and their scales, elementwise products and sums: shapes 1, primes, around a workgroup's size, late windows.

import type { NormKind } from '../../../program/backend';
import type { Maker, Window } from './maker';
import { at, type Case, createTable, fewRoundings, sumOf } from './table';

const { cases, add } = createTable(1000);

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
];
for (const [window, outputs] of LINEAR) {
  const inputs = window[3];
  for (const layout of ['inOut', 'outIn'] as const) {
    for (const biased of [false, true]) {
      add(`linear ${layout} ${biased ? 'with bias ' : ''}${at(window)} → ${outputs}`, sumOf(inputs), (make) => {
        const weight = make.matrix(layout === 'inOut' ? [inputs, outputs] : [outputs, inputs]);
        return [make.backend.linear(make.signal(window), weight, layout, biased ? make.array([outputs]) : null)];
      });
    }
  }
}

/** Of the product, and of what is added. */
const EPILOGUES: readonly (readonly [window: Window, outputs: number, added: Window | null])[] = [
  [[0, 1, 1, 1], 1, [0, 1, 1, 1]],
  [[2, 5, 3, 13], 17, null],
  [[0, 7, 1, 31], 9, [0, 7, 1, 9]],
  [[3, 4, 6, 31], 17, [1, 3, 6, 17]],
  [[0, 2, 5, 64], 70, [4, 3, 5, 70]], // a gap between the windows
  [[1, 3, 43, 16], 130, [0, 6, 43, 130]],
];
for (const [window, outputs, addedWindow] of EPILOGUES) {
  const [firstToken, tokens, , inputs] = window;
  const what = addedWindow ? `, + ${at(addedWindow)}` : '';
  for (const layout of ['inOut', 'outIn'] as const) {
    add(`linear ${layout}, multiplied${what}, ${at(window)} → ${outputs}`, sumOf(inputs), (make) => {
      const weight = make.matrix(layout === 'inOut' ? [inputs, outputs] : [outputs, inputs]);
      const multiply = { coefficients: make.array([firstToken + tokens + 1, outputs]), factor: 0.5 };
      const added = addedWindow && make.signal(addedWindow);
      return [make.backend.linear(make.signal(window), weight, layout, make.array([outputs]), { multiply, added })];
    });
  }
  if (!addedWindow) continue;
  const channels = addedWindow[3];
  const x: Window = [firstToken, tokens, window[2], channels];
  for (const kind of ['layer', 'rms'] as const) {
    add(`norm ${kind} ${at(x)} and its adjoint, + ${at(addedWindow)}`, sumOf(channels), (make) => {
      const inverseSigma = make.scales(firstToken + tokens + 1);
      const frozen = { kind, gain: make.array([channels]), inverseSigma };
      const added = make.signal(addedWindow);
      return [
        make.backend.norm(make.signal(x), frozen, make.array([channels]), added),
        make.backend.normAdjoint(make.signal(x), frozen, added),
      ];
    });
  }
}

const NORM: readonly Window[] = [
  [0, 1, 1, 1],
  [0, 5, 1, 7],
  [4, 3, 5, 63],
  [0, 3, 2, 64],
  [1, 2, 3, 65],
  [0, 2, 2, 257],
  [0, 1, 1, 1031],
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
    add(`normalise ${kind} ${at(window)}`, sumOf(channels), (make) => {
      const x: Window = [0, firstToken + tokens, 1, channels];
      const [gain, bias] = [make.array([channels]), make.array([channels])];
      const plain = make.backend.normalise(make.signal(x, 2), { kind, eps: 1e-3, gain, bias: null });
      const added = make.backend.normalise(make.signal(x, 2), { kind, eps: 1e-3, gain, bias }, make.signal(x));
      return [plain.inverseSigma, plain.value, added.inverseSigma, added.value];
    });
  }
}
for (const channels of [64, 67, 768]) {
  const offset = {
    tolerance: 1e-4,
    reason: 'x − mean keeps 2⁻²⁴ · 100 of values around 0.5; a variance in one pass would lose 1e-2',
  };
  add(`norm layer, large offset, ${channels} channels`, offset, (make) => {
    const x = make.signal([0, 3, 1, channels], 0.5, 100);
    const gain = make.array([channels]);
    const { inverseSigma, value } = make.backend.normalise(x, { kind: 'layer', eps: 1e-5, gain, bias: null });
    return [inverseSigma, value, make.backend.norm(x, { kind: 'layer', gain, inverseSigma }, null)];
  });
  add(`normalise zeros, ${channels} channels`, fewRoundings, (make) => {
    const x = make.givenSignal([0, 2, 1, channels], new Array(2 * channels).fill(0));
    const [gain, bias] = [make.array([channels]), make.array([channels])];
    return KINDS.flatMap((kind) => {
      const { inverseSigma, value } = make.backend.normalise(x, { kind, eps: 1e-5, gain, bias });
      return [inverseSigma, value];
    });
  });
}

const ELEMENTWISE: readonly Window[] = [
  [0, 1, 1, 1],
  [3, 2, 1, 13],
  [0, 3, 4, 65],
  [5, 7, 3, 31],
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
  for (const power of [1, 2] as const)
    add(`distances ${at(window)}, power ${power}`, sumOf(channels), (make) => [
      make.backend.distances(make.signal(window), make.signal([firstToken, tokens, 1, channels]), power),
      make.backend.distances(make.signal(window), make.signal([0, firstToken + tokens + 1, 1, channels]), power),
    ]);
  for (const measure of ['size', 'root', 'presence'] as const)
    add(`shareVector ${at(window)} by ${measure}`, sumOf(columns), (make) => {
      const sparse = Array.from({ length: tokens * columns }, (_, n) => (n % 3 === 1 ? 0 : n + 1)); // a share of exactly 0 too
      const measured = make.given(sparse, [tokens, columns]);
      const vector = make.signal([0, firstToken + tokens + 1, 1, channels]);
      return [make.backend.shareVector(make.signal(window), vector, measured, measure)];
    });
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
add('shareVector with weights that are all 0', fewRoundings, (make) => {
  const vector = make.signal([0, 2, 1, 5]);
  return [make.backend.shareVector(make.signal([0, 2, 3, 5]), vector, make.given([0, 0, 0, 0, 0, 0], [2, 3]), 'size')];
});
add('sumColumns of 1021 columns', sumOf(1021), (make) => [make.backend.sumColumns(make.signal([0, 3, 1021, 5]))]);

export const linearCases: readonly Case[] = cases;
