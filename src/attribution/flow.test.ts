import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import { attentionFlow } from './flow';
import { createLayeredFlow } from './layeredFlow';
import { withResidual } from './rollout';
import { goldenPatterns, readGolden, WORKED_BLOCKS } from './testing/golden';
import { randomBlocks } from './testing/patterns';

const cases = fc.record({
  seed: fc.integer(),
  length: fc.integer({ min: 1, max: 8 }),
  heads: fc.constant(2),
  causal: fc.boolean(),
  sharpness: fc.double({ min: 0, max: 8, noNaN: true }),
});

describe('attention flow', () => {
  test('the worked example of two blocks', async () => {
    const { raw, normalised } = await attentionFlow(WORKED_BLOCKS, 3, false);
    expect(relativeError(raw, [0.9, 0.35, 0.3, 0.1, 0.85, 0.2, 0.375, 0.425, 0.8])).toBeLessThan(1e-15);
    expect(relativeError(normalised.subarray(0, 3), [0.9 / 1.55, 0.35 / 1.55, 0.3 / 1.55])).toBeLessThan(1e-15);
  });

  test('a path that only opens when flow is taken back from an earlier one', () => {
    // The first path found, 0 → 0 → 0 → 0, fills the only edge that the way over token 1 could use; turning it to 0 → 0 → 1 → 0 frees that edge.
    const blocks = [
      Float64Array.of(0.5, 0, 0.5, 0),
      Float64Array.of(0.5, 0.5, 0.5, 0),
      Float64Array.of(0.5, 0.5, 0, 1),
    ];
    expect(createLayeredFlow(blocks, 2).maxFlow(0, 0, { lo: 0, hi: 1 })).toBe(1);
  });

  test('one block: the flow is the capacity', async () => {
    expect(relativeError((await attentionFlow([WORKED_BLOCKS[0]!], 3, false)).raw, WORKED_BLOCKS[0]!)).toBeLessThan(
      1e-15,
    );
  });

  test('two blocks: Σ_k min(Â₂[i, k], Â₁[k, j])', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (pattern) => {
        const { length, causal } = pattern;
        const [a, b] = randomBlocks(2, pattern);
        const closed = new Float64Array(length * length).map((_, entry) => {
          const [i, j] = [Math.floor(entry / length), entry % length];
          let sum = 0;
          for (let k = 0; k < length; k++) sum += Math.min(b![i * length + k]!, a![k * length + j]!);
          return sum;
        });
        expect(relativeError((await attentionFlow([a!, b!], length, causal)).raw, closed)).toBeLessThan(1e-14);
      }),
    );
  });

  test('small graphs: the flow is the smallest cut, found by trying all', () => {
    const small = fc.record({
      seed: fc.integer(),
      length: fc.integer({ min: 2, max: 3 }),
      heads: fc.constant(1),
      sharpness: fc.double({ min: 1, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(small, fc.integer({ min: 2, max: 5 }), (pattern, depth) => {
        const { length } = pattern;
        // Without the residual connection: cuts in the middle, where flow must be rerouted.
        const blocks = randomBlocks(depth, { ...pattern, causal: false }).map((block) =>
          block.map((value, k) => (k % (length + 1) === 0 ? 2 * value - 1 : 2 * value)),
        );
        const graph = createLayeredFlow(blocks, length);
        for (let top = 0; top < length; top++) {
          for (let bottom = 0; bottom < length; bottom++) {
            const flow = graph.maxFlow(top, bottom, { lo: 0, hi: length - 1 });
            expect(Math.abs(flow - bruteForceMinCut(blocks, length, top, bottom))).toBeLessThan(1e-13);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('at most what leaves i and what enters j; the tokens between suffice when causal; rows normalise to 1', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.integer({ min: 1, max: 4 }), async (pattern, depth) => {
        const { length, causal } = pattern;
        const blocks = randomBlocks(depth, pattern);
        const { raw, normalised } = await attentionFlow(blocks, length, causal);
        if (causal) expect(relativeError(raw, (await attentionFlow(blocks, length, false)).raw)).toBe(0);
        for (let i = 0; i < length; i++) {
          let share = 0;
          for (let j = 0; j < length; j++) {
            let [leaves, enters] = [0, 0];
            for (let k = 0; k < length; k++) {
              leaves += blocks[depth - 1]![i * length + k]!;
              enters += blocks[0]![k * length + j]!;
            }
            expect(raw[i * length + j]!).toBeLessThanOrEqual(Math.min(leaves, enters) + 1e-14);
            share += normalised[i * length + j]!;
          }
          expect(share).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  test.each(['gpt2', 'llama'] as const)('all blocks of the golden %s', async (model) => {
    const golden = readGolden(model);
    const { heads, L } = golden.json.shape;
    const blocks = goldenPatterns(golden).map((pattern) => withResidual(pattern, heads, L));
    const { raw, normalised } = await attentionFlow(blocks, L, true);
    // Golden attention is rounded to float32: up to 6e-8 on each edge of a cut.
    expect(relativeError(raw, golden.tensor('flow_raw').data)).toBeLessThan(1e-6);
    expect(relativeError(normalised, golden.tensor('flow').data)).toBeLessThan(1e-6);
  });

  test('the event loop gets its turn, progress rises to 1, and an abort is heard', async () => {
    const blocks = randomBlocks(12, { seed: 3, length: 48, heads: 1, causal: false, sharpness: 4 });
    const shares: number[] = [];
    let [last, longest] = [performance.now(), 0];
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const controller = new AbortController();
    const work = attentionFlow(blocks, 48, false, {
      signal: controller.signal,
      onProgress: (share) => shares.push(share),
    });
    setTimeout(() => controller.abort(), 100);
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    clearInterval(timer);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares.every((share, k) => share > (shares[k - 1] ?? 0) && share < 1)).toBe(true);
    expect(longest).toBeLessThan(1000); // a frame or two; generous, because other tests share the machine
    const done: number[] = [];
    await attentionFlow(WORKED_BLOCKS, 3, false, { onProgress: (share) => done.push(share) });
    expect(done.at(-1)).toBe(1);
  });

  test('an aborted signal, no blocks, and capacities that are no shares are refused', async () => {
    await expect(attentionFlow(WORKED_BLOCKS, 3, false, { signal: AbortSignal.abort() })).rejects.toThrow('Cancelled');
    await expect(attentionFlow([], 3, false)).rejects.toThrow('at least one block');
    await expect(attentionFlow([new Float64Array(9).fill(Number.NaN)], 3, false)).rejects.toThrow(
      'NaN is no share of attention',
    );
  });
});

/** Smallest capacity over all sets of inner nodes on the source's side. */
function bruteForceMinCut(blocks: readonly Float64Array[], length: number, top: number, bottom: number): number {
  const depth = blocks.length;
  const inner = (depth - 1) * length;
  let best = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** inner; set++) {
    const onSourceSide = (layer: number, token: number) => {
      if (layer === depth) return token === top;
      return layer === 0 ? token !== bottom : ((set >> ((layer - 1) * length + token)) & 1) === 1;
    };
    let cut = 0;
    for (const [b, block] of blocks.entries()) {
      for (let k = 0; k < length * length; k++) {
        if (onSourceSide(b + 1, Math.floor(k / length)) && !onSourceSide(b, k % length)) cut += block[k]!;
      }
    }
    best = Math.min(best, cut);
  }
  return best;
}
