import { describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../engine/backends/reference';
import { relativeError } from '../tensor/compare';
import type { ReadingContext } from './op';
import type { LinearisedOp } from './ops';
import type { Path } from './path';
import { type BiasMeasure, pushShared } from './pushShared';

const ref = (name: string) => ({ name, inputs: 2, outputs: 2, layout: 'inOut' }) as const;
const bias = (name: string) => ({ name, length: 2 });
/** z ↦ z + b, one token, two sources: (1, 0) and (0, 2), b = (3, 1). */
const linear: LinearisedOp = {
  kind: 'linear',
  output: 'y',
  stage: 'final',
  input: 'x',
  weight: ref('W'),
  bias: bias('b'),
};

describe('DecompX by hand', () => {
  const shares: [BiasMeasure, number[]][] = [
    ['absDot', [3 / 5, 2 / 5]], // |b · z| = 3 and 2
    ['norm', [1 / 3, 2 / 3]], // ‖z‖ = 1 and 2
    ['equal', [1 / 2, 1 / 2]],
  ];
  test.each(shares)('a bias shared by %s', async (measure, [first, second]) => {
    const backend = createReferenceBackend();
    const weights = { W: backend.upload([1, 0, 0, 1], [2, 2], 'W'), b: backend.upload([3, 1], [2], 'b') };
    const weight = (name: string) => weights[name as 'W' | 'b'];
    const context: ReadingContext = { backend, weight, gateShares: { up: 1, gate: 0 } };
    const data = backend.upload([1, 0, 0, 2, 0, 0], [1, 3, 2], 'sources'); // a third source brings nothing
    const start = { firstToken: 0, tokens: 1, columns: 3, channels: 2, data };
    const path: Path = { from: 'x', to: 'y', ops: [linear] };
    const before = backend.memory().live;
    const z = await pushShared(
      context,
      path,
      () => ({}),
      start,
      measure,
      [],
      () => {},
    );
    const expected = [1 + 3 * first!, first!, 3 * second!, 2 + second!, 0, 0];
    expect(relativeError(await backend.read(z.data), expected)).toBeLessThan(1e-15);
    backend.free(z.data);
    expect(backend.memory().live).toBe(before);
  });
});
