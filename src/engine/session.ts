// A model on a device, and the latest run of it. Holds the weights.
// Knows nothing of messages, tokens as text, or pictures.

import type { Backend, DeviceArray } from '../program/backend';
import type { RunInput } from '../program/input';
import type { GateShares, ReadingContext } from '../program/op';
import { type Program, type WeightName, weightShape, weightsOf } from '../program/program';
import type { Checkpoint } from '../program/readings';
import { runProgram } from '../program/run';
import { cancelled, UserError } from '../tensor/errors';
import { type ActiveRun, createActiveRun, type OwnedRun } from './activeRun';
import type { GateRule } from './protocol';

export const gateShares: Record<GateRule, GateShares> = {
  half: { up: 0.5, gate: 0.5 },
  up: { up: 1, gate: 0 },
  gate: { up: 0, gate: 1 },
};

export interface Session {
  readonly program: Program;
  readonly backend: Backend;
  context(rule: GateRule): ReadingContext;
  /** Runs the program on token ids or an image; the run before it is cancelled, and freed when its last question has ended. */
  run(input: RunInput, checkpoint: Checkpoint): Promise<ActiveRun>;
  current(): ActiveRun;
  dispose(): void;
}

export function createSession(
  program: Program,
  weights: ReadonlyMap<WeightName, ArrayLike<number>>,
  backend: Backend,
): Session {
  const onDevice = new Map<WeightName, DeviceArray>();
  for (const ref of weightsOf(program)) {
    const data = weights.get(ref.name);
    if (!data) throw new Error(`the program names the weight ${ref.name}, which the model did not bring`);
    onDevice.set(ref.name, backend.upload(data, weightShape(ref), ref.name));
  }
  const context = (rule: GateRule): ReadingContext => ({
    backend,
    weight: (name) => onDevice.get(name)!,
    gateShares: gateShares[rule],
  });
  let active: OwnedRun | null = null;
  let latest: symbol | null = null;
  return {
    program,
    backend,
    context,
    async run(input, checkpoint) {
      active?.retire();
      active = null;
      const started = Symbol('run');
      latest = started;
      const trace = await runProgram(context('half'), program, input, checkpoint);
      if (latest !== started) {
        trace.dispose();
        throw cancelled();
      }
      active = createActiveRun(program, context('half'), input, trace);
      return active;
    },
    current() {
      if (!active) throw new UserError('bad-request', 'There is no run yet: enter a prompt and press Run.');
      return active;
    },
    dispose() {
      latest = null;
      active?.retire();
      active = null;
      for (const array of onDevice.values()) backend.free(array);
      onDevice.clear();
    },
  };
}
