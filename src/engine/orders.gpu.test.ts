// The ways through one pass give the same maps on a GPU: the diagonal start written out or not, sublayers merged or not, sources in chunks.

import { expect, test } from 'vitest';
import type { Signal } from '../program/backend';
import { relativeError } from '../tensor/compare';
import { contributions } from './questions/contributions';
import { normMap } from './questions/maps';
import { askedOf, families } from './testing/smallModels';
import { openWatchedDevice } from './testing/watchedDevice';

const { backend } = await openWatchedDevice();

/** Sums of up to some dozen terms in another order, through three blocks: some hundred roundings of 2⁻²⁴, relative to the map's largest entry. */
const tolerance = 2e-5;

test.each(Object.keys(families) as (keyof typeof families)[])('%s', async (family) => {
  const { question, session, run } = await askedOf({ family, seed: 11, tokens: 13 }, backend);
  const scope = { range: [0, session.program.blocks], gateRule: 'half' } as const;
  const squares = (z: Signal) => backend.sumSquares(z);
  const way = async (order: Parameters<typeof contributions>[4]) => {
    run.kept.clear();
    const { maps, completeness } = await contributions(question, scope, 'output', [squares], order);
    expect(completeness, JSON.stringify(order)).toBeLessThan(tolerance);
    return maps[0]!.map(Math.sqrt);
  };
  const plain = await way({ written: true, merge: false });
  for (const order of [
    { merge: false },
    { merge: true },
    { merge: true, width: 3 },
    { written: true, merge: true },
    {},
  ])
    expect(relativeError(await way(order), plain), JSON.stringify(order)).toBeLessThan(tolerance);
  const norms = await normMap(question, scope, false);
  expect(relativeError((await normMap(question, scope, true)).data, norms.data), 'norm').toBeLessThan(tolerance);
  session.dispose();
});
