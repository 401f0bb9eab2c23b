// All contributions Z[i, j] = T_ij x_j of a scope, in chunks of sources so that memory stays within the budget, and what is collapsed from them.
// Where memory allows, Z stays on the device (keptContributions.ts): the next map of the range only collapses it, a longer range goes on from it.
// With the bias source they give back y: the completeness error is measured on every pass.

import type { DeviceArray, Signal } from '../../program/backend';
import { totalWork } from '../../program/costModel';
import { columnsWithin, type PassCost, pushCost, thenRead } from '../../program/planner';
import { push } from '../../program/readings';
import { relativeNorm } from '../../tensor/compare';
import type { ReadOut } from '../activeRun';
import type { ContributionsKey } from '../keptContributions';
import type { Plan, Scope } from '../protocol';
import { biasOf, planBias } from './bias';
import { checkpointOf, contextOf, passRequest, planOf, type Question, readAndFree } from './question';

/** Collapses one chunk of contributions to numbers [token of z, column]. */
export type Collapse = (z: Signal) => DeviceArray;

export interface Contributions {
  /** One L×L array a collapse, row = output token, column = source. */
  readonly maps: readonly Float64Array[];
  /** ‖Σ_j Z_ij + B_i − y_i‖ / ‖y_i‖ over all output tokens. */
  readonly completeness: number;
  /** [token, dModel]. */
  readonly bias: Float32Array | Float64Array;
  /** What is explained, [token, dModel]: y, or the residual stream at the end of the range. */
  readonly output: Float32Array | Float64Array;
  readonly plan: Plan;
}

/** Below this many rows (tokens × sources) a pass does not fill a GPU, so narrower chunks would save nothing. */
const fullRows = 512;

interface Chunk {
  readonly firstSource: number;
  readonly columns: number;
}

interface ContributionsPlan {
  readonly chunks: readonly Chunk[];
  /** Where the pushes begin: the start of the range, or the end of what an earlier question has left. */
  readonly begin: number;
  /** Whether Z stays on the device afterwards. */
  readonly keeps: boolean;
  readonly plan: Plan;
}

const keyOf = ({ range: [from, to], gateRule }: Scope): ContributionsKey => ({ from, to, gateRule });

/** How the sources are split over passes, what of it is there already, and what the rest costs. */
export async function planContributions(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
): Promise<ContributionsPlan> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const [from, to] = scope.range;
  const kept = run.kept.find(keyOf(scope));
  const begin = kept?.key.to ?? from;
  const body = passRequest(question, run.frozenPath([begin, to], 'none'), scope.gateRule);
  const tail = passRequest(question, run.frozenPath([to, to], readOut), scope.gateRule);
  const chunks = kept
    ? kept.chunks.map(({ firstSource, z }) => ({ firstSource, columns: z.columns }))
    : chunksOf(
        tokens,
        columnsWithin(session.passBytes(), await pushCost(body, 0, 1), chunkWidth(tokens, program.causal)),
      );
  const bytesOf = ({ firstSource, columns }: Chunk) =>
    (program.causal ? tokens - firstSource : tokens) * columns * program.dModel * backend.bytesPerNumber;
  const all = chunks.reduce((sum, chunk) => sum + bytesOf(chunk), 0);
  const keeps = begin < to && run.kept.allows(all);
  const costs: PassCost[] = [];
  let held = 0;
  for (const chunk of chunks) {
    const { firstSource, columns } = chunk;
    const ready = kept ? bytesOf(chunk) : 0; // counted in the pass as its start, but on the device before it
    const parts: PassCost[] = [];
    if (begin < to) parts.push(withStart(await pushCost(body, firstSource, columns), -ready));
    if (tail.path.ops.length > 0)
      parts.push(withStart(await pushCost(tail, firstSource, columns), begin < to ? 0 : -ready));
    const rows = program.causal ? tokens - firstSource : tokens;
    const pass = withStart(joined(parts), held);
    const numbers = rows * (columns + 2) * program.dModel; // summed over the columns, then collapsed
    costs.push(thenRead(pass, body, rows * columns * program.dModel + numbers, rows * (program.dModel + columns)));
    if (keeps) held += bytesOf(chunk);
  }
  const passes = `${chunks.length} pass${chunks.length > 1 ? 'es' : ''}`;
  const description =
    begin === from
      ? `${tokens} sources pushed in ${passes}`
      : begin < to
        ? `${tokens} sources pushed on from block ${begin}, where an earlier question left them, in ${passes}`
        : `contributions left by an earlier question, read in ${passes}`;
  const bias = await planBias(question, scope, readOut);
  return { chunks, begin, keeps, plan: planOf(question, costs, description, bias) };
}

function chunksOf(tokens: number, width: number): Chunk[] {
  return Array.from({ length: Math.ceil(tokens / width) }, (_, at) => ({
    firstSource: at * width,
    columns: Math.min(width, tokens - at * width),
  }));
}

const withStart = (cost: PassCost, bytes: number): PassCost => ({ ...cost, peakBytes: cost.peakBytes + bytes });

/** One after the other in one pass. */
function joined(parts: readonly PassCost[]): PassCost {
  return {
    flops: parts.reduce((sum, { flops }) => sum + flops, 0),
    peakBytes: parts.reduce((peak, { peakBytes }) => Math.max(peak, peakBytes), 0),
    work: totalWork(parts.map(({ work }) => work)),
    streamed: parts.reduce((sum, { streamed }) => sum + streamed, 0),
  };
}

export async function contributions(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
  collapses: readonly Collapse[],
): Promise<Contributions> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const [from, to] = scope.range;
  const bias = await biasOf(question, scope, readOut);
  const { chunks, begin, keeps, plan } = await planContributions(question, scope, readOut);
  const checkpoint = checkpointOf(question, 'contributions', plan);
  const borrowed = begin === from ? null : run.kept.borrow({ ...keyOf(scope), to: begin });
  if (begin !== from && !borrowed) return contributions(question, scope, readOut, collapses); // evicted meanwhile
  const body = run.frozenPath([begin, to], 'none');
  const tail = run.frozenPath([to, to], readOut);
  const context = contextOf(question, scope.gateRule);
  const x = run.trace.hidden[from]!;
  const y = readOut === 'output' ? run.readOutAt(to) : run.trace.hidden[to]!;
  const maps = collapses.map(() => new Float64Array(tokens * tokens));
  const sum = Float64Array.from(bias);
  const left: { firstSource: number; z: Signal }[] = [];

  /** Z of one chunk at the end of the range; `owned`: to be freed or kept here. */
  async function pushed(at: number): Promise<{ z: Signal; owned: boolean }> {
    const { firstSource, columns } = chunks[at]!;
    const earlier = borrowed ? borrowed.kept.chunks[at]!.z : null;
    if (begin === to && earlier) return { z: earlier, owned: false };
    const start = earlier ?? backend.diagonal(x, firstSource, columns, program.causal);
    try {
      return { z: await push(context, body.path, body.frozenOf, start, false, checkpoint), owned: true };
    } finally {
      if (!earlier) backend.free(start.data);
    }
  }

  try {
    if (keeps) {
      const bytes = chunks.reduce(
        (total, { firstSource, columns }) =>
          total + (program.causal ? tokens - firstSource : tokens) * columns * program.dModel,
        0,
      );
      run.kept.makeRoom(bytes * backend.bytesPerNumber);
    }
    for (const [at, { firstSource }] of chunks.entries()) {
      const { z, owned } = await pushed(at);
      if (owned && keeps) left.push({ firstSource, z });
      let read = z;
      try {
        if (tail.path.ops.length > 0) read = await push(context, tail.path, tail.frozenOf, z, false, checkpoint);
      } catch (error) {
        if (owned && !keeps) backend.free(z.data);
        throw error;
      }
      if (owned && !keeps && read !== z) backend.free(z.data);
      const summed = backend.sumColumns(read);
      const collapsed = collapses.map((collapse) => collapse(read));
      if (read !== z || (owned && !keeps)) backend.free(read.data);
      const [sums, ...values] = await readAndFree(backend, [summed.data, ...collapsed]);
      for (const [n, map] of maps.entries()) place(map, values[n]!, tokens, read, firstSource);
      const offset = read.firstToken * program.dModel;
      for (let n = 0; n < sums!.length; n++) sum[offset + n]! += sums![n]!;
    }
    if (keeps) run.kept.put({ key: keyOf(scope), chunks: left.splice(0) });
  } finally {
    for (const { z } of left) backend.free(z.data);
    borrowed?.release();
  }
  const output = await backend.read(y.data);
  return { maps, completeness: relativeNorm(sum, output), bias, output, plan };
}

/** A quarter of the sources at a time skips three eighths of a causal pass: outputs before a chunk's first source are zero. */
export function chunkWidth(tokens: number, causal: boolean): number {
  return causal ? Math.min(tokens, Math.max(Math.ceil(tokens / 4), Math.ceil(fullRows / tokens))) : tokens;
}

function place(map: Float64Array, chunk: ArrayLike<number>, tokens: number, z: Signal, firstSource: number): void {
  for (let i = 0; i < z.tokens; i++) {
    for (let c = 0; c < z.columns; c++) map[(z.firstToken + i) * tokens + firstSource + c] = chunk[i * z.columns + c]!;
  }
}
