// Times several ways of doing the same thing against each other: interleaved rounds, medians, spread. Knows nothing of GPUs or models.

/** One side of a race. It has been run once before, so that nothing is compiled or allocated for the first time under the clock. */
export interface Entry {
  /** Does the work `times` times and resolves when all of it is finished, not merely submitted. */
  run(times: number): Promise<void>;
}

export interface RaceOptions {
  readonly rounds: number;
  /** How long a turn should last; an entry repeats its work to fill it. */
  readonly turnMs: number;
  /** An entry whose work takes longer than this has a single turn. */
  readonly singleTurnMs: number;
  /** All rounds together take about so long at the most: there are fewer of them where they would take longer. Absent: no bound. */
  readonly budgetMs?: number;
}

/** Milliseconds of one repetition, a number a turn. */
export interface Lap {
  readonly turns: readonly number[];
  readonly repetitions: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const mostRepetitions = 200;

/**
 * Every round gives each entry one turn, so that a change of the machine's load meets all of them; the order moves on by one a round, so that
 * nobody always follows the same neighbour.
 */
export async function race(
  entries: readonly Entry[],
  { rounds, turnMs, singleTurnMs, budgetMs = Number.POSITIVE_INFINITY }: RaceOptions,
): Promise<Lap[]> {
  const lanes: { entry: Entry; single: boolean; repetitions: number; turns: number[] }[] = [];
  let roundMs = 0;
  for (const entry of entries) {
    const once = await timed(entry, 1);
    const single = once > singleTurnMs;
    const repetitions = single ? 1 : Math.min(mostRepetitions, Math.max(1, Math.round(turnMs / once)));
    if (!single) roundMs += once * repetitions;
    lanes.push({ entry, single, repetitions, turns: single ? [once] : [] });
  }
  const affordable = Math.min(rounds, Math.max(1, Math.floor(budgetMs / roundMs)));
  for (let round = 0; round < affordable; round++) {
    for (let turn = 0; turn < lanes.length; turn++) {
      const { entry, single, repetitions, turns } = lanes[(turn + round) % lanes.length]!;
      if (!single) turns.push(await timed(entry, repetitions));
    }
  }
  return lanes.map(({ turns, repetitions }) => ({ turns, repetitions }));
}

async function timed(entry: Entry, times: number): Promise<number> {
  const start = performance.now();
  await entry.run(times);
  return (performance.now() - start) / times;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * How many times as long `one` took as `other`: the ratio of the medians, and the ratios inside the single rounds, which a load that drifts from
 * round to round disturbs least. The latter are null when one of them had a single turn.
 */
export function timeRatio(one: Lap, other: Lap): { readonly ratio: number; readonly rounds: Spread | null } {
  const ratio = median(one.turns) / median(other.turns);
  const paired = one.turns.length === other.turns.length && one.turns.length > 1;
  return { ratio, rounds: paired ? spread(one.turns.map((time, round) => time / other.turns[round]!)) : null };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
