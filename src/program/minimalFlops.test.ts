// The minimal count against its formula written out for one model, and against what the planner says a real pass takes.

import { describe, expect, test } from 'vitest';
import { compile } from '../models/compile';
import { specOf } from '../models/specs';
import { minimalFlops } from './minimalFlops';
import { rangePath } from './path';
import { pushCost } from './planner';
import { sourcesCost } from './sources';

const [D, F, H, N] = [16, 64, 2, 3];
const program = compile(
  specOf({ model_type: 'gpt2', n_layer: N, n_embd: D, n_head: H, n_positions: 64, vocab_size: 11 }, new Set()),
);
const requestFor = (tokens: number) => ({
  program,
  path: rangePath(program, 0, N, 'output'),
  tokens,
  gateShares: { up: 1, gate: 0 },
  bytesPerNumber: 4,
});

/** Of one row: C(op) as ops/ count them. */
const [norm, square, wide, activate, add] = [4 * D, 2 * D * D, 2 * D * F, F, D];

describe('minimal FLOPs', () => {
  test('are the formula, for a decoder whose prompt is short enough that no matrix a token pays', async () => {
    const L = 12;
    let expected = 0;
    for (let j = 0; j < L; j++) {
      const rows = L - j; // output tokens of source j
      const few = H + 1 < rows; // rows of the few, H of them and the source's own, against all
      const shared = H < rows; // before the own row is added
      expected += norm + square; // norm and W_V of one row
      expected += shared ? H * square : 2 * H * D * rows + rows * square; // W_O, on heads apart or written out
      expected += shared ? 0 : rows * add;
      if (few) expected += (H + 1) * (norm + wide) + 2 * H * F * rows + 2 * H * D * rows;
      else expected += rows * (norm + wide) + (shared ? 2 * H * D * rows : 0);
      expected += rows * (activate + wide + add);
      const mix = (2 * D * rows * (rows + 1)) / 2;
      expected += (N - 1) * (rows * (norm + 2 * square + 2 * add + norm + 2 * wide + activate) + mix);
      expected += rows * norm;
    }
    const found = await minimalFlops(requestFor(L));
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-12);
  });

  test('are below what any pass of several sources takes, and one without them', async () => {
    for (const tokens of [3, 12, 40]) {
      const request = requestFor(tokens);
      const minimal = await minimalFlops(request);
      expect(minimal).toBeLessThanOrEqual((await sourcesCost(request, 0, tokens)).flops);
      expect(minimal).toBeLessThan((await pushCost(request, 0, tokens)).flops);
    }
  });

  test('grow more slowly once a token is crossed by so many columns that its sublayers pay as matrices', async () => {
    const perPair = async (tokens: number) => (await minimalFlops(requestFor(tokens))) / (tokens * (tokens + 1));
    expect(await perPair(64)).toBeLessThan(0.8 * (await perPair(16)));
  });
});
