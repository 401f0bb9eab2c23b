// A model on a device, and the latest run of it. Holds the weights.
// Knows nothing of messages, tokens as text, or pictures.

import type { Backend } from '../program/backend';
import type { Keeping } from '../program/blockCoefficients';
import { type CachedRun, createCachedRun } from '../program/cachedRun';
import type { DeviceRates } from '../program/costModel';
import { isPixels, type RunInput } from '../program/input';
import type { GateShares, ReadingContext } from '../program/op';
import type { AnyOp, Program } from '../program/program';
import type { Checkpoint } from '../program/readings';
import { type RunOptions, runProgram, type Trace } from '../program/run';
import type { WeightReader } from '../program/weightReader';
import { cancelled, UserError } from '../tensor/errors';
import { type ActiveRun, createActiveRun, type OwnedRun } from './activeRun';
import { keptBudget, passBudget } from './budget';
import { allKeepings, type KnownSpeeds, type MemoryShares, memoryShares } from './memoryShares';
import type { GateRule } from './protocol';
import { residentWeights, type UploadCheckpoint, type WeightRounding } from './residentWeights';

export const gateShares: Record<GateRule, GateShares> = {
  half: { up: 0.5, gate: 0.5 },
  up: { up: 1, gate: 0 },
  gate: { up: 0, gate: 1 },
};

export interface SessionOptions {
  /** Called after each array with the share of all numbers that has been read; what it throws ends the upload. */
  readonly checkpoint?: UploadCheckpoint;
  /** Bytes on the device for weights, the run and one pass; weights that do not fit in are read when they are used. null, the default: no bound. */
  readonly memoryBudget?: number | null;
  /** How fast the device is; left out or null: not measured yet. */
  readonly rates?: () => DeviceRates | null;
}

/** Weights that are read when they are used. */
export interface Streaming {
  readonly budget: number;
  /** Of the weights that are on the device now, and how often one was brought there. */
  state(): { readonly bytes: number; readonly uploads: number };
  /** Bytes of weights that a pass through such ops reads anew, one pass after the other. */
  bytesOf(ops: readonly AnyOp[]): number;
  /** How long reading takes, decoding included, measured whenever weights are read. */
  secondsPerByte(): number;
}

export type RunPlace = 'latest' | 'beside';

export interface Session {
  readonly program: Program;
  readonly backend: Backend;
  /** Of the weights alone, as the device holds them. */
  readonly weightBytes: number;
  /** null: all of them are on the device. */
  readonly streaming: Streaming | null;
  readonly rounding: WeightRounding;
  context(rule: GateRule): ReadingContext;
  /** What one pass may take on the device. */
  passBytes(): number;
  /**
   * Runs the program on token ids or an image; the run before it in the same place is cancelled, and freed when its last question has ended. A run
   * `beside` the latest one is there to be compared with it.
   */
  run(input: RunInput, checkpoint: Checkpoint, place?: RunPlace): Promise<ActiveRun>;
  current(place?: RunPlace): ActiveRun;
  /**
   * Runs the program apart from the runs in their places, which stay what they are, and frees the run when it has been used. Ends with the session; a
   * newer run does not end it.
   */
  apart<T>(
    input: RunInput,
    checkpoint: Checkpoint,
    use: (run: ActiveRun) => Promise<T>,
    options?: RunOptions,
  ): Promise<T>;
  /** A run that goes on token by token, with keys and values kept; the caller disposes of it. */
  cached(): Promise<CachedRun>;
  /** Cancels what is under way; the weights are freed when the last question about a run has ended. */
  dispose(): void;
}

interface Place {
  active: OwnedRun | null;
  /** Of the newest run here, under way or done; null: none. */
  started: symbol | null;
}

const emptyPlace = (): Place => ({ active: null, started: null });

/**
 * Takes the weights array by array to the device, and keeps none on the host. UserError 'over-budget' when the memory budget is too small for any
 * run of the model.
 */
export async function createSession(
  program: Program,
  weights: WeightReader,
  backend: Backend,
  { checkpoint, memoryBudget = null, rates = () => null }: SessionOptions = {},
): Promise<Session> {
  const sharesFor = (
    tokens: number,
    speeds?: KnownSpeeds,
    keepings?: readonly Keeping[],
  ): Promise<MemoryShares> | MemoryShares =>
    memoryBudget === null
      ? { weights: Number.POSITIVE_INFINITY, pass: passBudget(backend), keeping: 'kept', restored: null }
      : memoryShares(program, backend, memoryBudget, tokens, speeds, keepings);
  const tokensOf = (input: RunInput) => (isPixels(input) ? program.contextLength : input.length);
  let shares = await sharesFor(program.image ? program.contextLength : 1);
  if (memoryBudget !== null) backend.holdWithin?.(memoryBudget);
  const resident = await residentWeights(program, weights, backend, shares.weights, checkpoint);
  const all = resident.totalBytes;
  const context = (rule: GateRule): ReadingContext => ({
    backend,
    weight: resident.weight,
    ...(memoryBudget !== null && { stream: resident }),
    gateShares: gateShares[rule],
  });
  // Under a memory budget all that a run leaves goes to weights and passes.
  const keptBytes = memoryBudget === null ? keptBudget(backend) : 0;
  const places: Record<RunPlace, Place> = { latest: emptyPlace(), beside: emptyPlace() };
  let disposed = false;
  const aside = new Set<OwnedRun>(); // alive apart from the places
  let tokensAside = 0;
  let runs = 0; // that may still read the weights: under way, current, or retired and held by a question
  const freeWeightsWhenUnused = () => {
    if (disposed && runs === 0) resident.dispose();
  };
  const runEnded = () => {
    runs--;
    freeWeightsWhenUnused();
  };
  const checkpointAside =
    (checkpoint: Checkpoint): Checkpoint =>
    async (flops) => {
      if (disposed) throw cancelled();
      await checkpoint(flops);
    };
  /** Room for the runs that are alive together. */
  async function makeRoom(): Promise<void> {
    if (memoryBudget === null) return;
    shares = await sharesFor(
      Object.values(places).reduce((sum, { active }) => sum + (active?.trace.tokens ?? 0), tokensAside),
      undefined,
      ['kept'],
    );
    resident.resize(shares.weights);
  }
  return {
    program,
    backend,
    weightBytes: all,
    streaming: shares.weights < all ? { budget: memoryBudget!, ...resident } : null,
    rounding: resident.rounding,
    context,
    passBytes: () => shares.pass,
    async run(input, checkpoint, at = 'latest') {
      if (disposed) throw cancelled();
      const place = places[at];
      const other = places[at === 'latest' ? 'beside' : 'latest'];
      place.active?.retire();
      place.active = null;
      const started = Symbol('run');
      place.started = started;
      runs++;
      let trace: Trace | null = null;
      try {
        // A run takes more than its share of the tokens, so two of them fit where one of both lengths together does, kept alike.
        const speeds = { rates: rates(), secondsPerByte: resident.secondsPerByte() };
        const keepings = other.active && !other.active.restored ? (['kept'] as const) : allKeepings;
        const wanted = await sharesFor(tokensOf(input) + (other.active?.trace.tokens ?? 0), speeds, keepings);
        if (place.started !== started) throw cancelled();
        shares = wanted;
        resident.resize(shares.weights);
        const watched = async (flops: number) => {
          if (place.started !== started) throw cancelled();
          await checkpoint(flops);
        };
        const { keeping, restored } = shares;
        trace = await runProgram(context('half'), program, input, watched, { keeping });
        if (place.started !== started) throw cancelled();
        const kept = at === 'latest' ? keptBytes : 0;
        place.active = createActiveRun(program, context('half'), input, trace, restored, runEnded, kept);
        return place.active;
      } catch (error) {
        trace?.dispose();
        runEnded();
        throw error;
      }
    },
    async apart(input, checkpoint, use, runOptions) {
      if (disposed) throw cancelled();
      const tokens = tokensOf(input);
      runs++;
      tokensAside += tokens;
      let own: OwnedRun | null = null;
      try {
        await makeRoom();
        const trace = await runProgram(context('half'), program, input, checkpointAside(checkpoint), runOptions);
        own = createActiveRun(program, context('half'), input, trace, null, () => {}, 0);
        aside.add(own);
        if (disposed) throw cancelled();
        const run = own;
        return await run.hold(() => use(run));
      } finally {
        if (own) aside.delete(own);
        if (own && !own.signal.aborted) own.retire(); // a disposed session has done so
        tokensAside -= tokens;
        runEnded();
      }
    },
    async cached() {
      if (disposed) throw cancelled();
      runs++;
      let ended = false;
      const end = () => {
        if (!ended) runEnded();
        ended = true;
      };
      try {
        const run = await createCachedRun(context('half'), program);
        return {
          get tokens() {
            return run.tokens;
          },
          async append(ids, checkpoint) {
            try {
              return await run.append(ids, checkpoint);
            } catch (error) {
              end();
              throw error;
            }
          },
          dispose() {
            run.dispose();
            end();
          },
        };
      } catch (error) {
        end();
        throw error;
      }
    },
    current(at = 'latest') {
      const { active } = places[at];
      if (!active) throw new UserError('bad-request', 'There is no run yet: enter a prompt and press Run.');
      return active;
    },
    dispose() {
      disposed = true;
      for (const place of Object.values(places)) {
        place.started = null;
        place.active?.retire();
        place.active = null;
      }
      for (const run of aside) run.retire();
      freeWeightsWhenUnused();
    },
  };
}
