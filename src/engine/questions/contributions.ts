// All contributions Z[i, j] = T_ij x_j of a scope, in chunks of sources so that memory stays within the budget, and what is collapsed from them.
// Sources stay single rows until they meet (program/sources.ts); long prompts go through matrices of whole sublayers (merging.ts).
// Where memory allows, Z stays on the device (keptContributions.ts): the next map of the range only collapses it, a longer range goes on from it.
// With the bias source they give back y: the completeness error is measured on every pass.

import type { DeviceArray, Signal } from '../../program/backend';
import { totalWork } from '../../program/costModel';
import { columnsWithin, type PassCost, pushCost, thenRead } from '../../program/planner';
import { push } from '../../program/readings';
import { pushSources, sourcesCost } from '../../program/sources';
import { eachRow, rowsOf } from '../../program/staggered';
import { relativeNorm } from '../../tensor/compare';
import type { FrozenPath, ReadOut } from '../activeRun';
import type { ContributionsKey } from '../keptContributions';
import type { Plan, Scope } from '../protocol';
import { biasOf, planBias } from './bias';
import { type Merging, planMerging, withMerged } from './merging';
import { checkpointOf, contextOf, pairsOf, passRequest, planOf, type Question, readAndFree } from './question';

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

/** Contraction orders that give the same; left out: what costs least. For tests. */
export interface ContributionsOrder {
  /** Sublayers as one matrix a token, or op by op. */
  readonly merge?: boolean;
  /** Whether the diagonal start is written out at once, zeros and all. */
  readonly written?: boolean;
  /** Sources a chunk. */
  readonly width?: number;
}

interface Chunk {
  readonly firstSource: number;
  readonly columns: number;
}

interface ContributionsPlan {
  readonly chunks: readonly Chunk[];
  /** Where the pushes begin: the start of the range, or the end of what an earlier question has left. */
  readonly begin: number;
  /** Whether Z stays on the device afterwards, and what it takes there. */
  readonly keeps: boolean;
  readonly bytes: number;
  readonly merging: Merging;
  readonly plan: Plan;
}

const keyOf = ({ range: [from, to], gateRule }: Scope): ContributionsKey => ({ from, to, gateRule });

/** Sources that stay single rows until they meet need the patterns of a block beyond it, which a run that keeps one block at a time does not have. */
function isWritten({ run }: Question, order: ContributionsOrder): boolean {
  return order.written === true || run.trace.blocks !== null;
}

/** How the sources are split over passes, what of it is there already, and what the rest costs. */
export async function planContributions(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
  order: ContributionsOrder = {},
): Promise<ContributionsPlan> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const [from, to] = scope.range;
  const kept = run.kept.find(keyOf(scope));
  const begin = kept?.key.to ?? from;
  const frozenBody = run.frozenPath([begin, to], 'none');
  const merging = await planMerging(question, frozenBody, scope.gateRule, {
    rows: (segment) => (begin > from || segment.afterMix ? pairsOf(question) : tokens),
    force: order.merge,
  });
  const body = passRequest(question, merging.frozenPath, scope.gateRule);
  const tail = passRequest(question, run.frozenPath([to, to], readOut), scope.gateRule);
  const written = isWritten(question, order);
  // Sources that stay rows of their own until they meet are staggered from then on: no chunk holds the zeros before its later sources.
  const staggered = kept ? kept.chunks[0]!.z.staggered === true : program.causal && !written;
  const bodyCost = ({ firstSource, columns }: Chunk) =>
    begin === from && !written
      ? sourcesCost(body, firstSource, columns)
      : pushCost(body, firstSource, columns, staggered);
  const most =
    order.width ??
    columnsWithin(session.passBytes() - merging.bytes, await bodyCost({ firstSource: 0, columns: 1 }), tokens);
  const width = async () =>
    staggered ? most : chunkWidth(question, await bodyCost({ firstSource: 0, columns: most }), tokens * most, most);
  const chunks = kept
    ? kept.chunks.map(({ firstSource, z }) => ({ firstSource, columns: z.columns }))
    : chunksOf(tokens, order.width ?? (await width()));
  const rowsIn = ({ firstSource, columns }: Chunk) =>
    rowsOf({ tokens: program.causal ? tokens - firstSource : tokens, columns, staggered });
  const bytesOf = (chunk: Chunk) => rowsIn(chunk) * program.dModel * backend.bytesPerNumber;
  const all = chunks.reduce((sum, chunk) => sum + bytesOf(chunk), 0);
  const keeps = begin < to && run.kept.allows(all);
  const costs: PassCost[] = [...merging.costs];
  let held = merging.bytes;
  for (const chunk of chunks) {
    const { firstSource, columns } = chunk;
    const ready = kept ? bytesOf(chunk) : 0; // counted in the pass as its start, but on the device before it
    const parts: PassCost[] = [];
    if (begin < to) parts.push(withStart(await bodyCost(chunk), -ready));
    if (tail.path.ops.length > 0)
      parts.push(withStart(await pushCost(tail, firstSource, columns, staggered), begin < to ? 0 : -ready));
    const length = program.causal ? tokens - firstSource : tokens;
    const rows = rowsIn(chunk);
    const pass = withStart(joined(parts), held);
    const numbers = (rows + 2 * length) * program.dModel; // summed over the columns, then collapsed
    costs.push(thenRead(pass, body, rows * program.dModel + numbers, length * program.dModel + rows));
    if (keeps) held += bytesOf(chunk);
  }
  const passes = `${chunks.length} pass${chunks.length > 1 ? 'es' : ''}`;
  const description =
    begin === from
      ? `${tokens} sources pushed in ${passes}${merging.words}`
      : begin < to
        ? `${tokens} sources pushed on from block ${begin}, where an earlier question left them, in ${passes}${merging.words}`
        : `contributions left by an earlier question, read in ${passes}`;
  const bias = await planBias(question, scope, readOut);
  return { chunks, begin, keeps, bytes: all, merging, plan: planOf(question, costs, description, bias) };
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
  order: ContributionsOrder = {},
): Promise<Contributions> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const [from, to] = scope.range;
  const bias = await biasOf(question, scope, readOut);
  const { chunks, begin, keeps, bytes, merging, plan } = await planContributions(question, scope, readOut, order);
  const checkpoint = checkpointOf(question, 'contributions', plan);
  const borrowed = begin === from ? null : run.kept.borrow({ ...keyOf(scope), to: begin });
  if (begin !== from && !borrowed) return contributions(question, scope, readOut, collapses, order); // evicted meanwhile
  const written = isWritten(question, order);
  const tail = run.frozenPath([to, to], readOut);
  const context = contextOf(question, scope.gateRule);
  const x = run.trace.hidden[from]!;
  const y = readOut === 'output' ? run.readOutAt(to) : run.trace.hidden[to]!;
  const maps = collapses.map(() => new Float64Array(tokens * tokens));
  const sum = Float64Array.from(bias);
  const left: { firstSource: number; z: Signal }[] = [];

  /** Z of one chunk at the end of the range; `owned`: to be freed or kept here. */
  async function pushed({ path, frozenOf }: FrozenPath, at: number): Promise<{ z: Signal; owned: boolean }> {
    const { firstSource, columns } = chunks[at]!;
    const earlier = borrowed ? borrowed.kept.chunks[at]!.z : null;
    if (begin === to && earlier) return { z: earlier, owned: false };
    if (earlier) return { z: await push(context, path, frozenOf, earlier, false, checkpoint), owned: true };
    const start = written
      ? backend.diagonal(x, firstSource, columns, program.causal)
      : backend.takeTokens(x, firstSource, columns);
    try {
      const window = { tokens, causal: program.causal };
      const z = written
        ? await push(context, path, frozenOf, start, false, checkpoint)
        : await pushSources(context, path, frozenOf, start, window, checkpoint);
      return { z, owned: true };
    } finally {
      backend.free(start.data);
    }
  }

  /** Encodes what is read of one chunk; the promise is of the numbers, so that the device has the next chunk before they are here. */
  async function collapsed(body: FrozenPath, at: number): Promise<{ readonly placed: Promise<void> }> {
    const { firstSource } = chunks[at]!;
    const { z, owned } = await pushed(body, at);
    if (owned && keeps) left.push({ firstSource, z });
    let read = z;
    try {
      if (tail.path.ops.length > 0) read = await push(context, tail.path, tail.frozenOf, z, false, checkpoint);
    } catch (error) {
      if (owned && !keeps) backend.free(z.data);
      throw error;
    }
    if (owned && !keeps && read !== z) backend.free(z.data);
    const arrays = [backend.sumColumns(read).data, ...collapses.map((collapse) => collapse(read))];
    if (read !== z || (owned && !keeps)) backend.free(read.data);
    const placed = readAndFree(backend, arrays).then(([sums, ...values]) => {
      for (const [n, map] of maps.entries()) place(map, values[n]!, tokens, read, firstSource);
      const offset = read.firstToken * program.dModel;
      for (let n = 0; n < sums!.length; n++) sum[offset + n]! += sums![n]!;
    });
    placed.catch(() => {}); // whoever waits for it is told
    return { placed };
  }

  try {
    if (keeps) {
      run.kept.makeRoom(bytes);
    }
    await withMerged(question, merging, scope.gateRule, checkpoint, async (body) => {
      let before: Promise<void> = Promise.resolve();
      try {
        for (const at of chunks.keys()) {
          const { placed } = await collapsed(body, at);
          const ready = before;
          before = placed;
          await ready;
        }
      } finally {
        await before;
      }
    });
    if (keeps) run.kept.put({ key: keyOf(scope), chunks: left.splice(0) });
  } finally {
    for (const { z } of left) backend.free(z.data);
    borrowed?.release();
  }
  const output = await backend.read(y.data);
  return { maps, completeness: relativeNorm(sum, output), bias, output, plan };
}

/** Rows of a product that take as long as fewer: the tiles of the GPU's products. */
const tileRows = 64;

/**
 * Sources a chunk, at most `most`. Narrow chunks of a causal pass skip more outputs that are zero, before a chunk's first source; wide ones need fewer
 * calls. `cost`: of a pass over `rows` rows (tokens × columns).
 */
export function chunkWidth({ session, run }: Question, cost: PassCost, rows: number, most: number): number {
  const { backend, program } = session;
  const { tokens } = run.trace;
  if (!program.causal) return most;
  const perRow = cost.flops / rows;
  const perChunk = backend.callFlops * cost.work.reduce((sum, { dispatches }) => sum + dispatches, 0);
  const costOf = (width: number) =>
    chunksOf(tokens, width).reduce(
      (sum, { firstSource, columns }) =>
        sum + perChunk + perRow * tileRows * Math.ceil(((tokens - firstSource) * columns) / tileRows),
      0,
    );
  const widths = Array.from({ length: Math.ceil(Math.log2(most)) + 1 }, (_, halvings) =>
    Math.ceil(most / 2 ** halvings),
  );
  return widths.reduce((best, width) => (costOf(width) < costOf(best) ? width : best));
}

function place(map: Float64Array, chunk: ArrayLike<number>, tokens: number, z: Signal, firstSource: number): void {
  eachRow(z, (row, token, column) => {
    map[(z.firstToken + token) * tokens + firstSource + column] = chunk[row]!;
  });
}
