// Identities that need no second backend: an operator and its adjoint, for every primitive that is linear once frozen.

import type { Signal } from '../../../program/backend';
import { type Maker, seenKeys, type Window } from './maker';

export interface LinearPair {
  readonly name: string;
  readonly seed: number;
  /** Windows of the argument z and of the cotangent c. */
  readonly z: Window;
  readonly c: Window;
  /** Called with the coefficients' maker; gives P and its adjoint. */
  readonly operators: (make: Maker) => Operators | Promise<Operators>;
}

interface Operators {
  readonly apply: (z: Signal) => Signal;
  readonly adjoint: (c: Signal) => Signal;
}

const pairs: LinearPair[] = [];
let seed = 5001;
function add(name: string, z: Window, c: Window, operators: LinearPair['operators']): void {
  pairs.push({ name, seed: seed++, z, c, operators });
}

/** [argument from, argument tokens, cotangent from, cotangent tokens] of a sequence of 11. */
const WINDOWS = [
  [0, 11, 0, 11],
  [4, 7, 0, 11],
  [4, 7, 0, 6],
  [3, 2, 8, 3],
  [0, 1, 10, 1],
] as const;
const LENGTH = 11;

for (const [zFrom, zTokens, cFrom, cTokens] of WINDOWS) {
  const where = `tokens ${zFrom}+${zTokens} to ${cFrom}+${cTokens}`;
  for (const [layout, other] of [
    ['inOut', 'outIn'],
    ['outIn', 'inOut'],
  ] as const) {
    add(`linear ${layout}, ${where}`, [zFrom, zTokens, 3, 13], [cFrom, cTokens, 3, 37], ({ backend, matrix }) => {
      const weight = matrix(layout === 'inOut' ? [13, 37] : [37, 13]);
      return {
        apply: (z) => backend.linear(z, weight, layout, null),
        adjoint: (c) => backend.linear(c, weight, other, null),
      };
    });
  }
  for (const [layout, other] of [
    ['inOut', 'outIn'],
    ['outIn', 'inOut'],
  ] as const) {
    add(`linearPerToken ${layout}, ${where}`, [zFrom, zTokens, 3, 13], [cFrom, cTokens, 3, 37], (make) => {
      const operators = make.signal(layout === 'inOut' ? [0, LENGTH, 13, 37] : [0, LENGTH, 37, 13]);
      return {
        apply: (z) => make.backend.linearPerToken(z, operators, layout),
        adjoint: (c) => make.backend.linearPerToken(c, operators, other),
      };
    });
  }
  for (const kind of ['layer', 'rms'] as const) {
    add(`norm ${kind}, ${where}`, [zFrom, zTokens, 2, 67], [cFrom, cTokens, 2, 67], ({ backend, array, scales }) => {
      const frozen = { kind, gain: array([67]), inverseSigma: scales(LENGTH) };
      return { apply: (z) => backend.norm(z, frozen, null), adjoint: (c) => backend.normAdjoint(c, frozen) };
    });
  }
  add(`multiply, ${where}`, [zFrom, zTokens, 4, 9], [cFrom, cTokens, 4, 9], ({ backend, array }) => {
    const coefficients = array([LENGTH, 9]);
    const apply = (z: Signal) => backend.multiply(z, coefficients, 0.5);
    return { apply, adjoint: apply };
  });
  for (const [heads, kvHeads, dHead] of [
    [4, 4, 5],
    [6, 2, 7],
    [3, 1, 16],
  ] as const) {
    for (const causal of [true, false]) {
      if (!causal && (zTokens < LENGTH || cTokens < LENGTH)) continue;
      add(
        `mix ${heads}/${kvHeads} heads, causal ${causal}, ${where}`,
        [zFrom, zTokens, 3, kvHeads * dHead],
        [cFrom, cTokens, 3, heads * dHead],
        (make) => {
          const shape = make.heads(heads, kvHeads, dHead, causal);
          const pattern = make.pattern(shape, LENGTH);
          return {
            apply: (z) => make.backend.mix(pattern, z, shape),
            adjoint: (c) => make.backend.mixAdjoint(pattern, c, shape),
          };
        },
      );
    }
  }
}

add('mix of one query over eleven keys', [0, LENGTH, 3, 7], [0, 1, 3, 7], ({ backend, array }) => {
  const shape = { heads: 1, kvHeads: 1, dHead: 7, causal: false };
  const weights = array([1, 1, LENGTH]);
  return { apply: (z) => backend.mix(weights, z, shape), adjoint: (c) => backend.mixAdjoint(weights, c, shape) };
});

for (const [heads, kvHeads, dHead] of [
  [4, 4, 5],
  [6, 2, 7],
  [3, 1, 16],
] as const) {
  for (const causal of [true, false]) {
    const name = `${heads}/${kvHeads} heads of ${dHead}, causal ${causal}`;
    const [wide, narrow, rows] = [heads * dHead, kvHeads * dHead, heads * LENGTH];
    add(`headProducts in the queries, ${name}`, [2, 6, 3, wide], [2, 6, 3, rows], async (make) => {
      const shape = make.heads(heads, kvHeads, dHead, causal);
      const y = make.signal([0, LENGTH, 1, narrow]);
      const gradients = await make.backend.gradients();
      const seen = seenKeys(make, shape, LENGTH);
      return {
        apply: (z) => gradients.headProducts(z, y, shape),
        adjoint: (c) => gradients.contractKeys(make.backend.multiply(c, seen, 1), y, shape, 1),
      };
    });
    // In the keys there is one column only: with more, each has keys of its own.
    add(`headProducts in the keys, ${name}`, [0, LENGTH, 1, narrow], [0, LENGTH, 1, rows], async (make) => {
      const shape = make.heads(heads, kvHeads, dHead, causal);
      const x = make.signal([0, LENGTH, 1, wide]);
      const gradients = await make.backend.gradients();
      const seen = seenKeys(make, shape, LENGTH);
      return {
        apply: (z) => gradients.headProducts(x, z, shape),
        adjoint: (c) => gradients.contractQueries(make.backend.multiply(c, seen, 1), x, shape, 1),
      };
    });
    add(`softmaxAdjoint is symmetric, ${name}`, [3, 5, 2, rows], [3, 5, 2, rows], async (make) => {
      const pattern = make.pattern(make.heads(heads, kvHeads, dHead, causal), LENGTH);
      const gradients = await make.backend.gradients();
      const apply = (z: Signal) => gradients.softmaxAdjoint(pattern, z, null);
      return { apply, adjoint: apply };
    });
  }
}
for (const pairing of ['halves', 'neighbours'] as const) {
  add(`turn and turn back, ${pairing}`, [2, 5, 3, 18], [2, 5, 3, 18], async ({ backend, array }) => {
    const rotary = { rotaryDim: 4, pairs: pairing, cos: array([LENGTH, 2]), sin: array([LENGTH, 2]) };
    const gradients = await backend.gradients();
    return {
      apply: (z) => gradients.turn(z, 6, rotary, false),
      adjoint: (c) => gradients.turn(c, 6, rotary, true),
    };
  });
}

export const linearPairs: readonly LinearPair[] = pairs;
