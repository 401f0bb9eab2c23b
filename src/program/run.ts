// The `run` reading over a whole program: ids in, the residual stream and every frozen coefficient out, all left on the device.

import type { Backend, DeviceArray, Signal } from './backend';
import {
  type BlockCoefficients,
  type BlockFrozen,
  createBlockCoefficients,
  freezes,
  type Keeping,
} from './blockCoefficients';
import { runSteps, type Step, stepReaders } from './fuse';
import { isPixels, type Pixels, patchRows, type RunInput } from './input';
import { createLiveSignals } from './liveSignals';
import type { Frozen, ReadingContext, RunContext } from './op';
import { readingsOf, runReading } from './ops';
import type { Path } from './path';
import { embedOf, type Op, type Program, type ValueName } from './program';
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
  /** The coefficients of the blocks, where they are not all among `frozen`. */
  readonly blocks: BlockCoefficients | null;
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
  /** What becomes of the blocks' coefficients; left out: kept. */
  readonly keeping?: Keeping;
}

/** Runs everything but the vocabulary: logits are read from `output` for the rows that are asked for, but what a head freezes is kept. */
export async function runProgram(
  reading: ReadingContext,
  program: Program,
  input: RunInput,
  checkpoint: Checkpoint,
  { zeroed = [], outputOnly = false, keeping = 'kept', edit = (_name, value) => value }: RunOptions = {},
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
  const body = program.ops.filter((op) => op.kind !== 'unembed');
  const wanted = outputOnly ? body.slice(0, 1 + body.findIndex((op) => op.output === program.output)) : body;
  const steps = runSteps(wanted, kept);
  const host = new Map<number, HostFrozen>();
  const freeFrozen = (some: ReadonlyMap<ValueName, Frozen>) => {
    for (const array of arraysOf(some)) backend.free(array);
  };
  const blocks =
    keeping === 'kept'
      ? null
      : createBlockCoefficients(
          async (block) =>
            keeping === 'spilled'
              ? copiedBack(backend, host.get(block)!)
              : restoredBlock(context, steps, block, program.hidden[block]!, values),
          freeFrozen,
        );
  const dispose = () => {
    live.releaseAll();
    blocks?.dispose();
    freeFrozen(frozen);
    for (const array of [...tables.values(), positions]) backend.free(array);
    if (ids) backend.free(ids);
    if (patches) backend.free(patches.data);
  };
  /** Takes what a block has frozen from the device, once the block is done. */
  async function letGo(block: number): Promise<void> {
    const names = program.ops.filter(({ stage }) => stage === block).map(({ output }) => output);
    const own = new Map(names.filter((name) => frozen.has(name)).map((name) => [name, frozen.get(name)!]));
    for (const name of own.keys()) frozen.delete(name);
    try {
      if (keeping === 'spilled') host.set(block, await copied(backend, own));
    } finally {
      freeFrozen(own);
    }
  }

  const weights = weightPass(
    reading,
    steps.map(({ op }) => op),
  );
  try {
    const uses = stepReaders(steps, kept);
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
      if (blocks && typeof op.stage === 'number' && steps[at + 1]?.op.stage !== op.stage) await letGo(op.stage);
      await checkpoint(ops.reduce((sum, each) => sum + runReading(each).runCost(each, tokens).flops, 0));
    }
  } catch (error) {
    dispose();
    throw error;
  } finally {
    weights.end();
  }
  return {
    tokens,
    hidden: outputOnly ? [] : program.hidden.map((name) => values.get(name)!),
    output: values.get(program.output)!,
    frozen,
    blocks,
    tables,
    dispose,
  };
}

function arraysOf(frozen: ReadonlyMap<ValueName, Frozen>): Set<DeviceArray> {
  return new Set([...frozen.values()].flatMap((arrays) => Object.values(arrays)));
}

/** Runs a block again, as far as what it freezes needs it: the same steps as in the run, so the same bits. */
async function restoredBlock(
  context: RunContext,
  steps: readonly Step<Op>[],
  block: number,
  start: ValueName,
  kept: ReadonlyMap<ValueName, Signal>,
): Promise<BlockFrozen> {
  const { backend } = context;
  const wanted = restoringSteps(steps, block, start);
  const frozen = new Map<ValueName, Frozen>();
  const inBlock: RunContext = { ...context, frozen: (name) => frozen.get(name)! };
  const live = createLiveSignals(backend);
  const values = new Map<ValueName, Signal>([[start, kept.get(start)!]]);
  const uses = stepReaders(wanted, [start]);
  const weights = weightPass(
    context,
    wanted.map(({ op }) => op),
  );
  try {
    for (const [at, { op, inputs: names, added, output }] of wanted.entries()) {
      const inputs = names.map((name) => values.get(name!)!);
      const epilogue = { multiply: null, added: added === null ? null : values.get(added)! };
      const result = await weights.use(at, () => runReading(op).run(inBlock, op, inputs, epilogue));
      frozen.set(op.output, result.frozen);
      if (result.value) values.set(output, live.adopt(result.value));
      for (const name of [...names, added]) if (name !== null) uses.set(name, uses.get(name)! - 1);
      for (const name of new Set([...names, added, output])) {
        const value = name === null ? undefined : values.get(name);
        if (!value || uses.get(name!)) continue;
        live.release(value);
        values.delete(name!);
      }
    }
    return frozen;
  } catch (error) {
    for (const array of arraysOf(frozen)) backend.free(array);
    live.releaseAll();
    throw error;
  } finally {
    weights.end();
  }
}

/** The steps that make a block's coefficients, in order: not those that only lead to the next block. */
function restoringSteps(steps: readonly Step<Op>[], block: number, start: ValueName): Step<Op>[] {
  const needed = new Set<ValueName>();
  const wanted: Step<Op>[] = [];
  for (const step of steps.filter(({ op }) => op.stage === block).toReversed()) {
    if (!step.ops.some(freezes) && !needed.has(step.output)) continue;
    wanted.unshift(step);
    for (const name of [...step.inputs, step.added]) if (name !== null) needed.add(name);
  }
  const made = new Set([start, ...wanted.flatMap(({ ops }) => ops.map(({ output }) => output))]);
  const missing = [...needed].find((name) => !made.has(name));
  if (missing) throw new Error(`block ${block} also reads ${missing}, which is not kept`);
  return wanted;
}

/** A block's coefficients on the host; ops that share an array on the device share it here. */
interface HostFrozen {
  readonly frozen: ReadonlyMap<ValueName, Frozen>;
  readonly data: ReadonlyMap<DeviceArray, Float32Array | Float64Array>;
}

async function copied(backend: Backend, frozen: ReadonlyMap<ValueName, Frozen>): Promise<HostFrozen> {
  const data = new Map<DeviceArray, Float32Array | Float64Array>();
  for (const array of arraysOf(frozen)) data.set(array, await backend.read(array));
  return { frozen, data };
}

function copiedBack(backend: Backend, { frozen, data }: HostFrozen): BlockFrozen {
  const arrays = new Map<DeviceArray, DeviceArray>();
  for (const [array, numbers] of data)
    arrays.set(array, backend.upload(numbers, array.shape, 'coefficients of a block'));
  const there = ([key, array]: [string, DeviceArray]) => [key, arrays.get(array)!] as const;
  return new Map([...frozen].map(([name, each]) => [name, Object.fromEntries(Object.entries(each).map(there))]));
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
