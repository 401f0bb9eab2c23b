// The `run` reading over a whole program: ids in, the residual stream and every frozen coefficient out, all left on the device.

import type { Backend, DeviceArray, Signal } from './backend';
import { runSteps, stepReaders } from './fuse';
import { isPixels, type Pixels, patchRows, type RunInput } from './input';
import { createLiveSignals } from './liveSignals';
import type { Frozen, ReadingContext, RunContext } from './op';
import { readingsOf, runReading } from './ops';
import type { Path } from './path';
import { embedOf, type Program, type ValueName } from './program';
import type { Checkpoint } from './readings';
import { weightPass } from './weightStream';

/** One run with its frozen coefficients. Owns its arrays; `dispose` frees them. */
export interface Trace {
  readonly tokens: number;
  /** Residual stream before block b, and after the last: [blocks + 1]. */
  readonly hidden: readonly Signal[];
  /** y. */
  readonly output: Signal;
  readonly frozen: ReadonlyMap<ValueName, Frozen>;
  /** Arrays that depend on the number of tokens only. */
  readonly tables: ReadonlyMap<string, DeviceArray>;
  dispose(): void;
}

/** Sees every value as it is made, and hands back what takes its place: the same signal, or another, which the trace then owns. */
export type Edit = (name: ValueName, value: Signal) => Signal;

export interface RunOptions {
  /** Tokens whose embedding is zero: their position stays. Token ids only. */
  readonly zeroed?: readonly number[];
  /** Keeps y alone, for a run that no tensor is read of: `hidden` and `frozen` come back empty. */
  readonly outputOnly?: boolean;
  readonly edit?: Edit;
}

/** Runs everything but the vocabulary: logits are read from `output` for the rows that are asked for, but what a head freezes is kept. */
export async function runProgram(
  reading: ReadingContext,
  program: Program,
  input: RunInput,
  checkpoint: Checkpoint,
  { zeroed = [], outputOnly = false, edit = (_name, value) => value }: RunOptions = {},
): Promise<Trace> {
  const { backend } = reading;
  const live = createLiveSignals(backend);
  const frozen = new Map<ValueName, Frozen>();
  const tables = new Map<string, DeviceArray>();
  const values = new Map<ValueName, Signal>();
  const patches = isPixels(input) ? uploadPatches(backend, program, input) : null;
  const ids = isPixels(input) ? null : backend.uploadIndices(input, 'token ids');
  const places = isPixels(input)
    ? Array.from({ length: program.contextLength }, (_, token) => token)
    : positionRows(input, embedOf(program)?.padding ?? null);
  const tokens = places.length;
  const positions = backend.uploadIndices(places, 'positions');
  const context: RunContext = {
    ...reading,
    ids,
    patches,
    positions,
    zeroed,
    frozen: (name) => frozen.get(name)!,
    table(name, shape, make) {
      const known = tables.get(name);
      if (known) return known;
      const table = backend.upload(make(), shape, name);
      tables.set(name, table);
      return table;
    },
  };
  const kept = new Set<ValueName>(outputOnly ? [program.output] : [...program.hidden, program.output]);
  /** What an op froze is not needed after it; a pattern, which has no value of its own, after the op that mixes with it. */
  const forget = (name: ValueName) => {
    const shared = new Set(tables.values());
    for (const array of Object.values(frozen.get(name) ?? {})) if (!shared.has(array)) backend.free(array);
    frozen.delete(name);
  };
  const dispose = () => {
    live.releaseAll();
    const coefficients = new Set([...frozen.values()].flatMap((arrays) => Object.values(arrays)));
    for (const array of [...coefficients, ...tables.values(), positions]) backend.free(array);
    if (ids) backend.free(ids);
    if (patches) backend.free(patches.data);
  };
  try {
    const body = program.ops.filter((op) => op.kind !== 'unembed');
    const wanted = outputOnly ? body.slice(0, 1 + body.findIndex((op) => op.output === program.output)) : body;
    const steps = runSteps(wanted, kept);
    const uses = stepReaders(steps, kept);
    const weights = weightPass(
      reading,
      steps.map(({ op }) => op),
    );
    for (const [at, { op, ops, output, ...step }] of steps.entries()) {
      const inputs = step.inputs.map((name) => values.get(name!)!);
      const epilogue = { multiply: null, added: step.added === null ? null : values.get(step.added)! };
      const result = await weights.use(at, () => runReading(op).run(context, op, inputs, epilogue));
      frozen.set(op.output, result.frozen);
      if (result.value) {
        const value = edit(output, result.value);
        values.set(output, live.adopt(value));
        if (value !== result.value) backend.free(result.value.data);
      }
      if (outputOnly && op.kind === 'mix') frozen.delete(op.pattern); // the same array as the mix's own
      if (outputOnly && op.kind !== 'pattern') forget(op.output);
      for (const name of [...step.inputs, step.added]) if (name !== null) uses.set(name, uses.get(name)! - 1);
      for (const name of new Set([...step.inputs, step.added, output])) {
        const value = name === null ? undefined : values.get(name);
        if (value && !uses.get(name!)) {
          live.release(value);
          values.delete(name!);
        }
      }
      await checkpoint(ops.reduce((sum, each) => sum + runReading(each).runCost(each, tokens).flops, 0));
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    tokens,
    hidden: outputOnly ? [] : program.hidden.map((name) => values.get(name)!),
    output: values.get(program.output)!,
    frozen,
    tables,
    dispose,
  };
}

function uploadPatches(backend: Backend, { image }: Program, pixels: Pixels): Signal {
  if (!image) throw new Error('a model of text runs on token ids');
  const [tokens, channels] = [(image.side / image.patch) ** 2, image.channels * image.patch ** 2];
  const data = backend.upload(patchRows(pixels, image), [tokens, 1, channels], 'patches');
  return { firstToken: 0, tokens, columns: 1, channels, data };
}

function positionRows(ids: readonly number[], padding: number | null): number[] {
  if (padding === null) return ids.map((_, position) => position);
  let counted = 0;
  return ids.map((id) => (id === padding ? 0 : ++counted));
}

/**
 * The `run` reading along a path that reads nothing of the prompt (final norm, head). The caller owns the value, which is `start` itself on an
 * empty path, and what was frozen. Its weights are on the device at all times.
 */
export function runAlong(
  reading: ReadingContext,
  path: Path,
  start: Signal,
): { value: Signal; frozen: Map<ValueName, Frozen> } {
  const { backend } = reading;
  const frozen = new Map<ValueName, Frozen>();
  const values = new Map<ValueName, Signal>([[path.from, start]]);
  for (const op of path.ops) {
    const readings = readingsOf(op);
    const inputs = readings.inputs(op).map((name) => values.get(name)!);
    // Ops past the blocks take no ids, positions or tables, so a reading context is all they use.
    const result = readings.run(reading as RunContext, op, inputs);
    frozen.set(op.output, result.frozen);
    values.set(op.output, result.value!);
  }
  for (const [name, value] of values) if (name !== path.from && name !== path.to) backend.free(value.data);
  return { value: values.get(path.to)!, frozen };
}
