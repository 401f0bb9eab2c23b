// Rows of the operator itself: pulls of unit vectors at one output token, in chunks of output channels. Slices and `norm` maps rest on it.

import type { Signal } from '../../program/backend';
import { columnsWithin, type PassCost, thenRead } from '../../program/planner';
import type { Backward } from './backward';
import type { Question } from './question';

export interface UnitChunks {
  readonly costs: readonly PassCost[];
  readonly firstChannels: readonly number[];
  readonly width: number;
}

/** How the output channels of one token are split over passes, and what these cost: `read` back as they are, or collapsed over the channels first. */
export async function planUnits(
  question: Question,
  backward: Backward,
  token: number,
  read: 'whole' | 'collapsed',
  budgetBytes = question.session.passBytes(),
): Promise<UnitChunks> {
  const { session, run } = question;
  const channels = session.program.dModel;
  const width = columnsWithin(budgetBytes, await backward.cost(token, 1, 1), channels);
  const firstChannels = Array.from({ length: Math.ceil(channels / width) }, (_, chunk) => chunk * width);
  const sources = session.program.causal ? token + 1 : run.trace.tokens;
  const costOf = async (columns: number) => {
    const cost = await backward.cost(token, 1, columns);
    const numbers = sources * columns * channels;
    return read === 'whole'
      ? thenRead(cost, session.backend, 0, numbers)
      : thenRead(cost, session.backend, numbers, sources * columns);
  };
  const whole = await costOf(width);
  const last = await costOf(channels - firstChannels.at(-1)!);
  return { width, firstChannels, costs: firstChannels.map((first) => (first + width <= channels ? whole : last)) };
}

/** T[token, d, ·, ·] for the channels d = first … first + columns − 1: a signal [source, d, dModel] that the caller frees. */
export async function pullUnits(
  question: Question,
  backward: Backward,
  token: number,
  first: number,
  columns: number,
  checkpoint: (flops: number) => Promise<void> | void,
): Promise<Signal> {
  const { backend, program } = question.session;
  const start = backend.unitVectors(token, program.dModel, first, columns);
  try {
    return await backward.pull(start, checkpoint);
  } finally {
    backend.free(start.data);
  }
}
