// The race's order and arithmetic, on a clock that the test turns.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { race, spread, timeRatio } from './race';

afterEach(() => vi.restoreAllMocks());

/** Entries whose work takes a fixed time on a fake clock, and the log of their turns. */
function contestants(costs: Readonly<Record<string, number>>) {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const log: string[] = [];
  const entries = Object.entries(costs).map(([name, ms]) => ({
    async run(times: number) {
      log.push(`${name}×${times}`);
      now += ms * times;
    },
  }));
  return { entries, log };
}

const options = { rounds: 3, turnMs: 100, singleTurnMs: 3000 };

describe('a race', () => {
  test('gives every entry a turn a round, each round begun by the next one, with as many repetitions as fill a turn', async () => {
    const { entries, log } = contestants({ a: 10, b: 50 });
    const laps = await race(entries, options);
    expect(log).toEqual(['a×1', 'b×1', 'a×10', 'b×2', 'b×2', 'a×10', 'a×10', 'b×2']);
    expect(laps).toEqual([
      { turns: [10, 10, 10], repetitions: 10 },
      { turns: [50, 50, 50], repetitions: 2 },
    ]);
  });

  test('a very slow entry keeps its first turn only, a very fast one does not repeat without end', async () => {
    const { entries } = contestants({ slow: 4000, fast: 0.001 });
    const [slow, fast] = await race(entries, options);
    expect(slow).toEqual({ turns: [4000], repetitions: 1 });
    expect(fast!.repetitions).toBe(200);
  });
});

describe('figures', () => {
  test('medians of odd and even counts, with their spread', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  test('a load that doubles every time of a round leaves the ratios of the rounds alone', () => {
    const one = { turns: [10, 20, 10], repetitions: 1 };
    const other = { turns: [5, 10, 5], repetitions: 1 };
    expect(timeRatio(one, other)).toEqual({ ratio: 2, rounds: { median: 2, min: 2, max: 2 } });
    expect(timeRatio(one, { turns: [5], repetitions: 1 }).rounds).toBeNull();
  });
});
