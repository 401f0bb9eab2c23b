// A model on a device, and the latest run of it. Holds the weights.
// Knows nothing of messages, tokens as text, or pictures.

import type { Backend, DeviceArray } from '../program/backend';
import type { RunInput } from '../program/input';
import type { GateShares, ReadingContext } from '../program/op';
import { type Program, parameterCount, type WeightName, weightShape, weightsOf } from '../program/program';
import type { Checkpoint } from '../program/readings';
import { runProgram, type Trace } from '../program/run';
import type { WeightReader } from '../program/weightReader';
import { cancelled, UserError } from '../tensor/errors';
import { type ActiveRun, createActiveRun, type OwnedRun } from './activeRun';
import type { GateRule } from './protocol';

export const gateShares: Record<GateRule, GateShares> = {
  half: { up: 0.5, gate: 0.5 },
  up: { up: 1, gate: 0 },
  gate: { up: 0, gate: 1 },
};

/** What storing the weights changed. */
export interface WeightRounding {
  /** max|stored − weight| / max|weight| of the worst matrix; 0: float32 or better. */
  readonly error: number;
  /** The worst matrix; null when all are exact. */
  readonly weight: WeightName | null;
}

export interface SessionOptions {
  /** Called after each array with the share of all numbers that is on the device; what it throws ends the upload. */
  readonly checkpoint?: (share: number) => Promise<void> | void;
}

export interface Session {
  readonly program: Program;
  readonly backend: Backend;
  /** Of the weights alone, on the device. */
  readonly weightBytes: number;
  readonly rounding: WeightRounding;
  context(rule: GateRule): ReadingContext;
  /** Runs the program on token ids or an image; the run before it is cancelled, and freed when its last question has ended. */
  run(input: RunInput, checkpoint: Checkpoint): Promise<ActiveRun>;
  current(): ActiveRun;
  /** Cancels what is under way; the weights are freed when the last question about a run has ended. */
  dispose(): void;
}

/** Bytes that may wait to be copied to the device: the copies take host memory until it has caught up. */
const uploadsUnderWay = 64 * 2 ** 20;

/** Takes the weights array by array to the device, and keeps none. */
export async function createSession(
  program: Program,
  weights: WeightReader,
  backend: Backend,
  options: SessionOptions = {},
): Promise<Session> {
  const { onDevice, rounding, weightBytes } = await uploadWeights(program, weights, backend, options);
  const context = (rule: GateRule): ReadingContext => ({
    backend,
    weight: (name) => onDevice.get(name)!,
    gateShares: gateShares[rule],
  });
  let active: OwnedRun | null = null;
  let latest: symbol | null = null;
  let disposed = false;
  let runs = 0; // that may still read the weights: under way, current, or retired and held by a question
  const freeWeightsWhenUnused = () => {
    if (!disposed || runs > 0) return;
    for (const array of onDevice.values()) backend.free(array);
    onDevice.clear();
  };
  const runEnded = () => {
    runs--;
    freeWeightsWhenUnused();
  };
  return {
    program,
    backend,
    weightBytes,
    rounding,
    context,
    async run(input, checkpoint) {
      if (disposed) throw cancelled();
      active?.retire();
      active = null;
      const started = Symbol('run');
      latest = started;
      runs++;
      let trace: Trace | null = null;
      try {
        trace = await runProgram(context('half'), program, input, async (flops) => {
          if (latest !== started) throw cancelled();
          await checkpoint(flops);
        });
        if (latest !== started) throw cancelled();
        active = createActiveRun(program, context('half'), input, trace, runEnded);
        return active;
      } catch (error) {
        trace?.dispose();
        runEnded();
        throw error;
      }
    },
    current() {
      if (!active) throw new UserError('bad-request', 'There is no run yet: enter a prompt and press Run.');
      return active;
    },
    dispose() {
      latest = null;
      disposed = true;
      active?.retire();
      active = null;
      freeWeightsWhenUnused();
    },
  };
}

async function uploadWeights(
  program: Program,
  weights: WeightReader,
  backend: Backend,
  { checkpoint }: SessionOptions,
): Promise<{ onDevice: Map<WeightName, DeviceArray>; rounding: WeightRounding; weightBytes: number }> {
  const onDevice = new Map<WeightName, DeviceArray>();
  const refs = new Map(weightsOf(program).map((ref) => [ref.name, ref]));
  const all = parameterCount(program);
  const before = backend.memory().live;
  let rounding: WeightRounding = { error: 0, weight: null };
  let uploaded = 0;
  let underWay = 0;
  try {
    for (const name of weights.names) {
      const ref = refs.get(name);
      if (!ref) continue;
      const data = await weights.take(name);
      if ('length' in ref) onDevice.set(name, backend.upload(data, weightShape(ref), name));
      else {
        const { array, rounding: error } = backend.uploadMatrix(data, weightShape(ref), name);
        onDevice.set(name, array);
        if (error > rounding.error) rounding = { error, weight: name };
      }
      uploaded += data.length;
      underWay += data.length * backend.bytesPerNumber;
      if (underWay >= uploadsUnderWay) {
        await backend.finish();
        underWay = 0;
      }
      await checkpoint?.(uploaded / all);
    }
    const missing = [...refs.keys()].find((name) => !onDevice.has(name));
    if (missing) throw new Error(`the program names the weight ${missing}, which the model did not bring`);
    return { onDevice, rounding, weightBytes: backend.memory().live - before };
  } catch (error) {
    for (const array of onDevice.values()) backend.free(array);
    throw error;
  }
}
