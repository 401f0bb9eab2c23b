// What every question is given: the session, the run it is about, and the caller's wish to stop or to see progress.

import type { Backend, DeviceArray, Signal } from '../../program/backend';
import { type DeviceRates, overlapped, secondsOf } from '../../program/costModel';
import type { ReadingContext } from '../../program/op';
import type { PassCost, PassRequest } from '../../program/planner';
import type { Checkpoint } from '../../program/readings';
import { throwIfAborted, UserError } from '../../tensor/errors';
import type { ActiveRun, FrozenPath, ReadOut } from '../activeRun';
import type { CallOptions, GateRule, LayerRange, Plan, Scope } from '../protocol';
import { gateShares, type Session } from '../session';

export interface Question {
  readonly session: Session;
  readonly run: ActiveRun;
  readonly options: CallOptions;
  /** How fast the device is; left out or null: not measured yet, so plans tell no seconds. */
  readonly rates?: DeviceRates | null;
}

/** FLOPs that may be under way on the device before the caller waits for it: the grain of progress and cancellation. */
const flopsUnderWay = 2e8;

/** Stops when the caller or the run was cancelled, lets the device catch up, and reports progress against the plan. */
export function checkpointOf(
  { session, run, options }: Pick<Question, 'session' | 'options'> & { readonly run: Pick<ActiveRun, 'signal'> },
  name: string,
  plan: Plan | null,
): Checkpoint {
  let done = 0;
  let underWay = 0;
  return async (flops) => {
    done += flops;
    underWay += flops;
    throwIfAborted(options.signal);
    throwIfAborted(run.signal);
    if (underWay < flopsUnderWay) return;
    underWay = 0;
    await session.backend.finish();
    throwIfAborted(options.signal);
    throwIfAborted(run.signal);
    options.onProgress?.({ name, share: plan ? Math.min(1, done / plan.flops) : 0, plan });
  };
}

export function contextOf({ session, run }: Question, rule: GateRule): ReadingContext {
  return run.reading(session.context(rule));
}

/** Where maps of the output are read: y when the range ends with the last block, else the residual stream. */
export function outputReadOut({ session }: Question, [, to]: LayerRange): Exclude<ReadOut, 'logits'> {
  return to === session.program.blocks ? 'output' : 'none';
}

export function passRequest({ session, run }: Question, { path }: FrozenPath, rule: GateRule): PassRequest {
  return {
    program: session.program,
    path,
    tokens: run.trace.tokens,
    gateShares: gateShares[rule],
    bytesPerNumber: session.backend.bytesPerNumber,
    restored: run.restored,
    ...(session.streaming && { streamed: session.streaming.bytesOf }),
  };
}

/**
 * Passes one after the other. Weights that are read on the way come while the device works. `beside`: what is computed for the answer and shared with
 * others (the biases); it takes its time, but is not what progress and the choice of an order count.
 */
export function planOf(
  { rates, session, run }: Pick<Question, 'rates' | 'session'> & { readonly run: Pick<ActiveRun, 'restored'> },
  passes: readonly PassCost[],
  description: string,
  beside: readonly PassCost[] = [],
): Plan {
  const all = [...beside, ...passes];
  const flops = passes.reduce((sum, pass) => sum + pass.flops, 0);
  const secondsOfPass = ({ flops, work, streamed }: PassCost, known: DeviceRates) =>
    overlapped(
      secondsOf(work, flops / flopsUnderWay, known), // it lets the device catch up so often
      streamed === 0 ? 0 : streamed * session.streaming!.secondsPerByte(),
    );
  return {
    flops,
    peakBytes: all.reduce((peak, { peakBytes }) => Math.max(peak, peakBytes), 0) + (run.restored?.peakBytes ?? 0),
    seconds: rates ? all.reduce((sum, pass) => sum + secondsOfPass(pass, rates), 0) : null,
    description,
  };
}

/** Plans carried out one after the other. */
export function joinPlans(plans: readonly Plan[], description: string): Plan {
  return {
    flops: plans.reduce((sum, { flops }) => sum + flops, 0),
    peakBytes: plans.reduce((peak, { peakBytes }) => Math.max(peak, peakBytes), 0),
    seconds: plans.reduce<number | null>(
      (sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds),
      0,
    ),
    description,
  };
}

/** A name for everything a scope fixes. */
export function scopeKey({ range, gateRule }: Scope): string {
  return `${range[0]}:${range[1]} ${gateRule}`;
}

/** Pairs (output token, source) that are not zero by causality. */
export function pairsOf({ session, run }: Question): number {
  const { tokens } = run.trace;
  return session.program.causal ? (tokens * (tokens + 1)) / 2 : tokens ** 2;
}

/** Throws a sentence when the range is not one of this model. */
export function checkRange({ session }: Question, [from, to]: LayerRange): void {
  const { blocks } = session.program;
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= blocks) return;
  throw new UserError(
    'bad-request',
    `There is no block range ${from} to ${to}: this model has ${blocks} blocks, so choose 0 ≤ from < to ≤ ${blocks}.`,
  );
}

export function checkToken({ run }: Question, token: number, what: string): void {
  const { tokens } = run.trace;
  if (Number.isInteger(token) && token >= 0 && token < tokens) return;
  throw new UserError(
    'bad-request',
    `There is no ${what} ${token}: the prompt has ${tokens} tokens, 0 to ${tokens - 1}.`,
  );
}

/** Frees a signal when what uses it has ended, well or not. */
export async function freeing<T>(backend: Backend, { data }: Signal, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    backend.free(data);
  }
}

/** Reads arrays back and frees them, also when a read fails. */
export async function readAndFree(
  backend: Backend,
  arrays: readonly DeviceArray[],
): Promise<(Float32Array | Float64Array)[]> {
  try {
    return await Promise.all(arrays.map((array) => backend.read(array)));
  } finally {
    for (const array of arrays) backend.free(array);
  }
}
