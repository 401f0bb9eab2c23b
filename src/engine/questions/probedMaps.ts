// Norm and trace maps from probes: K vectors of a random orthonormal basis pulled back from every output token, all sources at once. What has
// been summed stays with the run, so that asking for more probes costs only the new ones, and all of them give the exact map.

import {
  type Estimate,
  estimateRoots,
  estimateTotals,
  fewestProbes,
  probeBasis,
  type Sampled,
} from '../../attribution/probes';
import type { DeviceArray, Signal } from '../../program/backend';
import { columnsWithin, type PassCost, pullCost } from '../../program/planner';
import { pull } from '../../program/readings';
import { UserError } from '../../tensor/errors';
import type { FrozenPath } from '../activeRun';
import type { Plan, Scope } from '../protocol';
import { type Merging, planMerging, withMerged } from './merging';
import {
  checkpointOf,
  checkRange,
  contextOf,
  outputReadOut,
  pairsOf,
  passRequest,
  planOf,
  type Question,
  scopeKey,
} from './question';

export type ProbedMap = 'norm' | 'trace';

/** The same probes whenever the same is asked: results repeat to the bit. */
const seed = 20_260_117;

export interface Probed extends Estimate {
  readonly plan: Plan;
}

interface Rounds {
  /** Probes that go through the model together. */
  readonly width: number;
  readonly merging: Merging;
  readonly plan: Plan;
}

/** Throws a sentence when there are no so many probes. */
export function checkProbes({ session }: Question, probes: number): void {
  const { dModel } = session.program;
  const fewest = Math.min(fewestProbes, dModel);
  if (Number.isInteger(probes) && probes >= fewest && probes <= dModel) return;
  throw new UserError(
    'bad-request',
    `The number of probes is ${probes}: choose ${fewest} to ${dModel}, the model's width, which is exact.`,
  );
}

/** What pulling `probes` cotangents from every token costs. */
export async function planProbes(question: Question, scope: Scope, map: ProbedMap, probes: number): Promise<Rounds> {
  checkRange(question, scope.range);
  checkProbes(question, probes);
  const { session, run } = question;
  const { tokens } = run.trace;
  const { backend, program } = session;
  const frozenPath = run.frozenPath(scope.range, outputReadOut(question, scope.range));
  // By the fewest probes that can be asked for, not by these: refined maps are the same to the bit as those asked for at once.
  const fewest = Math.min(fewestProbes, program.dModel);
  const merging = await planMerging(question, frozenPath, scope.gateRule, {
    rows: (segment) => fewest * (segment.beforeMix ? pairsOf(question) : tokens),
  });
  const request = passRequest(question, merging.frozenPath, scope.gateRule);
  const one = await pullCost(request, program.causal ? tokens - 1 : 0, 1, 1);
  const tiled = map === 'trace' ? backend.bytesPerNumber * tokens * program.dModel : 0;
  const width = columnsWithin(
    session.passBytes() - merging.bytes,
    { ...one, peakBytes: one.peakBytes + tiled },
    probes,
  );
  const costs: PassCost[] = [];
  for (let token = 0; token < tokens; token++) {
    const whole = await pullCost(request, token, 1, width);
    const last = probes % width === 0 ? whole : await pullCost(request, token, 1, probes % width);
    for (let first = 0; first < probes; first += width) costs.push(first + width <= probes ? whole : last);
  }
  const beside = tiled * width + merging.bytes;
  const plan = planOf(
    question,
    [...merging.costs, ...costs.map((cost) => ({ ...cost, peakBytes: cost.peakBytes + beside }))],
    `${probes} probes pulled back from each of ${tokens} output tokens${merging.words}`,
  );
  return { width, merging, plan };
}

/** The map from the first `probes` vectors of the basis, with its band. */
export async function probedMap(question: Question, scope: Scope, map: ProbedMap, probes: number): Promise<Probed> {
  const rounds = await planProbes(question, scope, map, probes);
  const sampled = await sampledBy(question, scope, map, probes, rounds);
  return { ...(map === 'norm' ? estimateRoots(sampled) : estimateTotals(sampled)), plan: rounds.plan };
}

async function sampledBy(
  question: Question,
  scope: Scope,
  map: ProbedMap,
  probes: number,
  { width, merging, plan }: Rounds,
): Promise<Sampled> {
  const { session, run } = question;
  const { dModel } = session.program;
  const known = notesOf(question, `probes ${map} ${scopeKey(scope)}`);
  let sampled = latestUpTo(known, probes) ?? none(run.trace.tokens ** 2, dModel);
  const checkpoint = checkpointOf(question, `${map} map`, plan);
  await checkpoint((plan.flops * sampled.count) / probes); // what is there already counts as done
  if (sampled.count >= probes) return sampled;
  const probe = probeBasis(dModel, seed);
  return withMerged(question, merging, scope.gateRule, checkpoint, async (frozenPath) => {
    while (sampled.count < probes) {
      const count = Math.min(width, probes - sampled.count);
      const block = Array.from({ length: count }, (_, at) => probe(sampled.count + at));
      sampled = await withBlock(question, scope, map, sampled, block, frozenPath, checkpoint);
      // Only whole blocks are kept: every token has seen the same probes.
      known.set(sampled.count, sampled);
    }
    return sampled;
  });
}

function notesOf({ run }: Question, key: string): Map<number, Sampled> {
  const known = (run.notes.get(key) as Map<number, Sampled> | undefined) ?? new Map<number, Sampled>();
  run.notes.set(key, known);
  return known;
}

function latestUpTo(known: ReadonlyMap<number, Sampled>, probes: number): Sampled | undefined {
  const count = Math.max(...[...known.keys()].filter((each) => each <= probes));
  return known.get(count);
}

function none(cells: number, of: number): Sampled {
  return { count: 0, of, sums: new Float64Array(cells), squares: new Float64Array(cells) };
}

/** Adds a block of probes: pulled back from one token after the other, through the tokens before it only where the model is causal. */
async function withBlock(
  question: Question,
  scope: Scope,
  map: ProbedMap,
  before: Sampled,
  block: readonly Float64Array[],
  { path, frozenOf }: FrozenPath,
  checkpoint: (flops: number) => Promise<void> | void,
): Promise<Sampled> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const shape = { tokens: 1, columns: block.length, channels: program.dModel };
  const start = backend.upload(joined(block, 1), [1, block.length, program.dModel], 'probes');
  const collapse = map === 'norm' ? null : traces(question, block);
  const found: { readonly values: DeviceArray; readonly firstSource: number }[] = [];
  const sums = before.sums.slice();
  const squares = before.squares.slice();
  try {
    for (let token = 0; token < tokens; token++) {
      const from = { ...shape, firstToken: token, data: start };
      const rows = await pull(contextOf(question, scope.gateRule), path, frozenOf, from, checkpoint);
      found.push({ values: collapse?.of(rows) ?? backend.sumSquares(rows), firstSource: rows.firstToken });
      if (rows.data !== start) backend.free(rows.data);
    }
    const all = await Promise.all(found.map(({ values }) => backend.read(values)));
    for (const [token, values] of all.entries()) {
      const { firstSource } = found[token]!;
      for (const [at, value] of values.entries()) {
        const cell = token * tokens + firstSource + Math.floor(at / block.length);
        sums[cell]! += value;
        squares[cell]! += value * value;
      }
    }
  } finally {
    for (const { values } of found) backend.free(values);
    backend.free(start);
    collapse?.free();
  }
  return { count: before.count + block.length, of: before.of, sums, squares };
}

/** q_kᵀ T_ij q_k: what came back from a probe, with the probe itself at every source. */
function traces({ session: { backend, program }, run }: Question, block: readonly Float64Array[]) {
  const { tokens } = run.trace;
  const shape = { firstToken: 0, tokens, columns: block.length, channels: program.dModel };
  const data = backend.upload(joined(block, tokens), [tokens, block.length, program.dModel], 'probes at all sources');
  return { of: (rows: Signal) => backend.dot(rows, { ...shape, data }), free: () => backend.free(data) };
}

/** The block, `times` times over. */
function joined(block: readonly Float64Array[], times: number): Float64Array {
  const width = block[0]!.length;
  const out = new Float64Array(times * block.length * width);
  for (let at = 0; at < times * block.length; at++) out.set(block[at % block.length]!, at * width);
  return out;
}
