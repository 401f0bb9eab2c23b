// Prices a reading before it touches the device: FLOPs and peak bytes, found by running the reading itself on a backend without numbers.
// Also chooses how many columns go in one pass, by memory. How long it takes is costModel.ts: here the work is only counted.

import type { Signal } from './backend';
import { createTally, type Work } from './costModel';
import { createCountingBackend } from './countingBackend';
import type { GateShares, ReadingContext } from './op';
import { channelsOf, type Path } from './path';
import { type AnyOp, type Program, weightShape, weightsOf } from './program';
import { type Checkpoint, type FrozenOf, pull, push } from './readings';
import { type RunOptions, runProgram } from './run';
import { shapeOf } from './staggered';

export interface PassCost {
  readonly flops: number;
  /** Largest sum of arrays alive during the pass, its start and result included, without weights and frozen coefficients (nor their restoring). */
  readonly peakBytes: number;
  /** Every dispatch of the pass. */
  readonly work: readonly Work[];
  /** Bytes of weights that are read on the way, where they do not all stay on the device. */
  readonly streamed: number;
}

export interface PassRequest {
  readonly program: Program;
  readonly path: Path;
  /** Tokens of the prompt. */
  readonly tokens: number;
  readonly gateShares: GateShares;
  readonly bytesPerNumber: number;
  /** Bytes of weights that a pass through such ops reads anew; left out: they are all on the device. */
  readonly streamed?: (ops: readonly AnyOp[]) => number;
  /** Of bringing one block's frozen coefficients to the device when a pass enters it; left out: they are there. */
  readonly restored?: RestoreCost | null;
}

/** What one block's frozen coefficients take when they are made anew or copied back, on the average of the blocks. */
export interface RestoreCost {
  readonly work: readonly Work[];
  /** The largest sum of arrays alive meanwhile beside what the run keeps; what is left of it afterwards is less. */
  readonly peakBytes: number;
}

/** Cost of pushing `columns` sources from token `firstSource` on. */
export function pushCost(
  request: PassRequest,
  firstSource: number,
  columns: number,
  staggered = false,
): Promise<PassCost> {
  const { program, tokens } = request;
  const first = program.causal ? firstSource : 0;
  return passCost(request, pushContributions, { firstToken: first, tokens: tokens - first, columns, staggered });
}

/** Cost of pulling `columns` cotangents that stand at the tokens firstToken … firstToken + count − 1. */
export function pullCost(request: PassRequest, firstToken: number, count: number, columns: number): Promise<PassCost> {
  return passCost(request, pull, { firstToken, tokens: count, columns });
}

/** A pass whose result is collapsed, number by number, before so many numbers are read back. */
export function thenRead(
  cost: PassCost,
  { bytesPerNumber }: Pick<PassRequest, 'bytesPerNumber'>,
  collapsed: number,
  read: number,
): PassCost {
  const tally = createTally();
  tally.addAll(cost.work, 1);
  if (collapsed > 0) tally.add('elements', bytesPerNumber * collapsed);
  tally.add('read', bytesPerNumber * read);
  return { ...cost, work: tally.work() };
}

export type Reading = (
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
  checkpoint: Checkpoint,
) => Promise<Signal>;

const pushContributions: Reading = (context, path, frozenOf, start, checkpoint) =>
  push(context, path, frozenOf, start, false, checkpoint);

/** Cost of a reading that starts from a signal of this window. */
export async function passCost(
  request: PassRequest,
  reading: Reading,
  window: Pick<Signal, 'firstToken' | 'tokens' | 'columns' | 'staggered'>,
): Promise<PassCost> {
  const { program, path, tokens, gateShares, bytesPerNumber } = request;
  const backend = createCountingBackend(bytesPerNumber);
  const shapes = new Map(weightsOf(program).map((ref) => [ref.name, { shape: weightShape(ref) }]));
  const ofTokens = { shape: [program.heads, tokens, tokens] };
  const frozen = {
    pattern: ofTokens,
    inverseSigma: ofTokens,
    multiplier: ofTokens,
    up: ofTokens,
    gate: ofTokens,
    factor: ofTokens,
    ones: ofTokens,
    operators: { shape: [tokens, program.dModel, program.dModel] },
    weights: { shape: [1, 1, tokens] },
  };
  const channels = reading === pushContributions ? program.dModel : channelsOf(path.ops.at(-1)!);
  const frame = { ...window, channels };
  const start = { ...frame, data: backend.zeros(shapeOf(frame), 'start') };
  let flops = 0;
  await reading(
    { backend, weight: (name) => shapes.get(name)!, gateShares },
    path,
    () => frozen,
    start,
    (cost) => {
      flops += cost;
    },
  );
  const { restored } = request;
  const entered = new Set(path.ops.map(({ stage }) => stage).filter((stage) => typeof stage === 'number')).size;
  const tally = createTally();
  tally.addAll(backend.work(), 1);
  if (restored) tally.addAll(restored.work, entered);
  return {
    flops,
    peakBytes: backend.memory().peak,
    work: tally.work(),
    streamed: request.streamed?.(path.ops) ?? 0,
  };
}

/** Bytes of all weights on a device: matrices may be stored with fewer than vectors. */
export function weightBytes(program: Program, perMatrixNumber: number, perVectorNumber: number): number {
  return weightsOf(program).reduce(
    (sum, ref) => sum + ('length' in ref ? ref.length * perVectorNumber : ref.inputs * ref.outputs * perMatrixNumber),
    0,
  );
}

/** Largest sum of arrays alive while a prompt of `tokens` runs; what is left of it afterwards is the trace. An image has its own number of tokens. */
export async function runBytes(program: Program, tokens: number, bytesPerNumber: number): Promise<number> {
  return (await runCost(program, tokens, bytesPerNumber)).peakBytes;
}

export interface RunCost extends PassCost {
  /** Of the largest single array. */
  readonly largestBytes: number;
  /** Of what is left when the run is done. */
  readonly traceBytes: number;
  /** Of every block, as passes enter it; null: the trace keeps them. */
  readonly restored: RestoreCost | null;
}

/** Cost of running a prompt of `tokens`, what it freezes included; without logits. */
export async function runCost(
  program: Program,
  tokens: number,
  bytesPerNumber: number,
  options: RunOptions = {},
): Promise<RunCost> {
  const backend = createCountingBackend(bytesPerNumber);
  const shapes = new Map(weightsOf(program).map((ref) => [ref.name, { shape: weightShape(ref) }]));
  const { image } = program;
  const input = image
    ? {
        shape: [image.channels, image.side, image.side],
        data: new Float32Array(image.channels * image.side * image.side),
      }
    : new Array<number>(tokens).fill(0);
  const context = { backend, weight: (name: string) => shapes.get(name)!, gateShares: { up: 1, gate: 0 } };
  let flops = 0;
  const count = (more: number) => {
    flops += more;
  };
  const { keeping = 'kept' } = options;
  // Nothing can be read back here, and copies are as large as what is made anew.
  const counted = { ...options, keeping: keeping === 'kept' ? keeping : ('recomputed' as const) };
  const trace = await runProgram(context, program, input, count, counted);
  const { live: traceBytes, peak: peakBytes } = backend.memory();
  let work = backend.work();
  const largestBytes = backend.largest();
  let restored: RestoreCost | null = null;
  if (trace.blocks) {
    backend.forgetWork();
    backend.resetPeak();
    let copied = 0;
    for (let block = 0; block < program.blocks; block++) {
      await trace.blocks.enter(block);
      copied += backend.memory().live - traceBytes;
      trace.blocks.leave(block);
    }
    const share = 1 / program.blocks;
    const made = backend.work().map((each) => ({ ...each, dispatches: each.dispatches * share }));
    const copies: Work[] = [{ kind: 'read', size: copied * share, dispatches: 1 }]; // to the device at about the speed of from it
    restored = {
      work: keeping === 'spilled' ? copies : made,
      peakBytes: backend.memory().peak - traceBytes,
    };
    if (keeping === 'spilled') work = [...work, ...copies.map((each) => ({ ...each, dispatches: program.blocks }))];
  }
  trace.dispose();
  return { flops, peakBytes, work, streamed: 0, largestBytes, traceBytes, restored };
}

/** The most columns, at least one and at most `most`, whose pass stays within the budget; peak bytes grow linearly with the columns. */
export function columnsWithin(budgetBytes: number, one: PassCost, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(budgetBytes / one.peakBytes)));
}
