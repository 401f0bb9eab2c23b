// The vectors that attention moves from token to token, one column a source, as far as their lengths: pushed on the device through the value
// mix, the output matrix and what stands behind it, and collapsed there. [token, source, dModel] never leaves it.

import type { VectorNorms } from '../../attribution/attentionVectors';
import type { DeviceArray, Signal } from '../../program/backend';
import { linearPath, type Path } from '../../program/path';
import { columnsWithin, type PassCost, pushCost } from '../../program/planner';
import type { ValueName } from '../../program/program';
import { type Checkpoint, push } from '../../program/readings';
import { type AttentionSublayer, attentionSublayer } from '../../program/sublayers';
import { UserError } from '../../tensor/errors';
import type { LayerRange, Plan } from '../protocol';
import { chunkWidth } from './contributions';
import { checkpointOf, checkRange, contextOf, passRequest, planOf, type Question, readAndFree } from './question';

const noteOf = (block: number) => `attention vectors ${block}`;

/** Norms of every block of the range; a block that an earlier question has looked at costs nothing. */
export async function vectorNorms(
  question: Question,
  range: LayerRange,
): Promise<{ norms: VectorNorms[]; plan: Plan }> {
  checkRange(question, range);
  const { run, session } = question;
  const { plan, widths } = await planVectorNorms(question, range);
  const checkpoint = checkpointOf(question, 'attention vectors', plan);
  const norms: VectorNorms[] = [];
  for (let block = range[0]; block < range[1]; block++) {
    const known = run.notes.get(noteOf(block)) as VectorNorms | undefined;
    const found =
      known ?? (await blockNorms(question, attentionSublayer(session.program, block), widths.get(block)!, checkpoint));
    run.notes.set(noteOf(block), found);
    norms.push(found);
  }
  return { norms, plan };
}

export function checkBlock({ session }: Question, block: number): void {
  const { blocks } = session.program;
  if (Number.isInteger(block) && block >= 0 && block < blocks) return;
  throw new UserError('bad-request', `There is no block ${block}: this model has blocks 0 to ${blocks - 1}.`);
}

/** What is left to compute, and how many sources go in one pass of each block. */
export async function planVectorNorms(
  question: Question,
  range: LayerRange,
): Promise<{ readonly plan: Plan; readonly widths: ReadonlyMap<number, number> }> {
  checkRange(question, range);
  const { session, run } = question;
  const { program, backend } = session;
  const { tokens } = run.trace;
  const costs: PassCost[] = [];
  const widths = new Map<number, number>();
  for (let block = range[0]; block < range[1]; block++) {
    if (run.notes.has(noteOf(block))) continue;
    const { mix, sum } = attentionSublayer(program, block);
    const path = linearPath(program, mix.value, sum.right);
    const request = passRequest(question, { path, frozenOf: () => ({}) }, 'half');
    const one = await pushCost(request, 0, 1);
    // Behind the sublayer: the vectors, the residual stream in columns, and their sum or its norm.
    const collapsing = 3 * tokens * program.dModel * backend.bytesPerNumber;
    const priced = { ...one, peakBytes: Math.max(one.peakBytes, collapsing) };
    const width = chunkWidth(question, one, tokens, columnsWithin(session.passBytes(), priced, tokens));
    widths.set(block, width);
    for (let first = 0; first < tokens; first += width) {
      const columns = Math.min(width, tokens - first);
      const cost = await pushCost(request, first, columns);
      costs.push({ ...cost, peakBytes: Math.max(cost.peakBytes, collapsing * columns) });
    }
  }
  const blocks = widths.size;
  const description = `the vectors that attention moves in ${blocks} block${blocks === 1 ? '' : 's'}, ${costs.length} passes`;
  return { plan: planOf(question, costs, description), widths };
}

async function blockNorms(
  question: Question,
  sublayer: AttentionSublayer,
  width: number,
  checkpoint: Checkpoint,
): Promise<VectorNorms> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const { mix, output, sum, postNorms, input } = sublayer;
  const context = contextOf(question, 'half');
  const { frozenOf } = run.frozenPath([0, program.blocks], 'none');
  const X = run.trace.hidden[sublayer.block]!;
  const owned = new Set<DeviceArray>();
  const own = (signal: Signal) => {
    owned.add(signal.data);
    return signal;
  };
  const free = (signal: Signal) => {
    if (owned.delete(signal.data)) backend.free(signal.data);
  };
  /** Pushed along a path; the start stays. */
  const pushed = async (path: Path, start: Signal, bias: boolean): Promise<Signal> =>
    own(await push(context, path, frozenOf, start, bias, checkpoint));
  /** The same without biases, in place of the start; an empty path changes nothing. */
  const along = async (path: Path, start: Signal): Promise<Signal> => {
    if (path.ops.length === 0) return start;
    const end = await pushed(path, start, false);
    free(start);
    return end;
  };
  const path = (from: ValueName, to: ValueName) => linearPath(program, from, to);
  const [mixing, behind] = [path(mix.value, output), path(output, sum.right)];
  const end = postNorms?.attention.output ?? sum.output;
  const norm = path(sum.output, end);
  const secondNorm = postNorms && path(postNorms.ffn.input, postNorms.ffn.output);
  const square = tokens * tokens;
  const maps = {
    attention: new Float64Array(square),
    residual: new Float64Array(square),
    normed: postNorms && new Float64Array(square),
    normedTwice: postNorms && new Float64Array(square),
    rest: new Float64Array(square),
    others: new Float64Array(square), // ‖Σ_k t_ik − t_ij‖²
  };
  try {
    const value = await pushed(path(input, mix.value), X, true);
    const y = await pushed(path(input, end), X, true);
    const moved = await pushed(path(mix.value, sum.right), value, false);
    const total = await along(norm, own(backend.add(moved, X)));
    free(moved);
    const zeros = own({ ...y, data: backend.zeros([tokens, 1, program.dModel], 'zeros') });
    const [whole] = await readAndFree(backend, [backend.distances(y, zeros, 1)]);
    free(zeros);
    for (let i = 0; i < tokens; i++) maps.rest.fill(whole![i]!, i * tokens, (i + 1) * tokens);

    for (let first = 0; first < tokens; first += width) {
      const columns = Math.min(width, tokens - first);
      const collapsed: [Float64Array, DeviceArray][] = [];
      const vectors = await along(mixing, own(backend.diagonal(value, first, columns, program.causal)));
      collapsed.push([maps.attention, backend.sumSquares(vectors)]);
      const added = await along(behind, vectors);
      const residual = own(backend.diagonal(X, first, columns, program.causal));
      const v = own(backend.add(added, residual));
      free(added);
      free(residual);
      collapsed.push([maps.residual, backend.sumSquares(v)]);
      const t = await along(norm, v);
      if (maps.normed) collapsed.push([maps.normed, backend.sumSquares(t)]);
      collapsed.push([maps.rest, backend.distances(t, y, 1)], [maps.others, backend.distances(t, total, 2)]);
      const window = { firstToken: t.firstToken, tokens: t.tokens };
      if (secondNorm && maps.normedTwice) {
        const twice = await along(secondNorm, t);
        collapsed.push([maps.normedTwice, backend.sumSquares(twice)]);
        free(twice);
      } else free(t);
      const values = await readAndFree(
        backend,
        collapsed.map(([, array]) => array),
      );
      for (const [n, [map]] of collapsed.entries()) {
        for (let at = 0; at < window.tokens * columns; at++) {
          map[(window.firstToken + Math.floor(at / columns)) * tokens + first + (at % columns)] = values[n]![at]!;
        }
      }
    }
    const diagonal = (map: Float64Array) =>
      Float64Array.from({ length: tokens }, (_, i) => Math.sqrt(map[i * tokens + i]!));
    return {
      attention: maps.attention.map(Math.sqrt),
      residual: maps.residual.map(Math.sqrt),
      normed: maps.normed?.map(Math.sqrt) ?? null,
      normedTwice: maps.normedTwice?.map(Math.sqrt) ?? null,
      rest: maps.rest,
      whole: Float64Array.from(whole!),
      mixed: diagonal(maps.others),
      kept: diagonal(maps.normed ?? maps.residual),
    };
  } finally {
    for (const array of owned) backend.free(array);
  }
}
