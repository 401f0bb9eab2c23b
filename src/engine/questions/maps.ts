// The L×L maps of the tensor (docs/formulas.md 3). in collapses contributions (push); out and norm collapse rows (pull);
// in_out and in_class can do either, and take the cheaper.

import { conservationError, type Identity, inOutIdentity } from '../../attribution/conservation';
import type { DeviceArray, Signal } from '../../program/backend';
import type { Direction, Plan, Scope } from '../protocol';
import { tensorBackward } from './backward';
import { biasOf } from './bias';
import { type Contributions, contributions, planContributions } from './contributions';
import { biasShares, type Explained, explainTokens, outputDirections, type Word } from './explained';
import { type Merging, planMerging, withMerged } from './merging';
import { planPulled, pulledMap } from './pulled';
import { checkpointOf, checkRange, outputReadOut, pairsOf, planOf, type Question, readAndFree } from './question';
import { planUnits, pullUnits, type UnitChunks } from './units';

export interface TensorMap {
  readonly data: Float64Array; // [output token, source]
  readonly identity: Identity | null;
  readonly completeness: number | null;
  readonly conservation: number | null;
  readonly plan: Plan;
  /** Contributions pass behind the map, for callers that want y and B too. */
  readonly pass: Contributions | null;
}

/** ‖T_ij x_j‖₂. */
export async function inMap(question: Question, scope: Scope): Promise<TensorMap> {
  checkRange(question, scope.range);
  const { backend } = question.session;
  const pass = await contributions(question, scope, outputReadOut(question, scope.range), [
    (z) => backend.sumSquares(z),
  ]);
  return withoutIdentity(pass.maps[0]!.map(Math.sqrt), pass.plan, pass);
}

/** y_i · T_ij x_j, signed: Σ_j + y_i · B_i = ‖y_i‖². */
export async function inOutMap(question: Question, scope: Scope, order?: Order): Promise<TensorMap> {
  checkRange(question, scope.range);
  const { backend, program } = question.session;
  const readOut = outputReadOut(question, scope.range);
  const y = outputOf(question, scope);
  const chosen = order ?? (await chooseOrder(question, scope, readOut)).order;
  if (chosen === 'pull') {
    const output = await backend.read(y.data);
    const identity = inOutIdentity(output, await biasOf(question, scope, readOut), program.dModel);
    return pulledDots(question, scope, readOut, output, identity);
  }
  const pass = await contributions(question, scope, readOut, [(z) => backend.dot(z, y)]);
  return withIdentity(pass.maps[0]!, inOutIdentity(pass.output, pass.bias, program.dModel), pass);
}

/** (T_iᵀ u_i)_j · x_j. */
async function pulledDots(
  question: Question,
  scope: Scope,
  readOut: 'none' | 'output',
  u: ArrayLike<number>,
  identity: Identity,
): Promise<TensorMap> {
  const { session, run } = question;
  const x = run.trace.hidden[scope.range[0]]!;
  const { map, plan } = await pulledMap(question, scope, readOut, u, (g) => session.backend.dot(g, x), 'pulled rows');
  return { data: map, identity, completeness: null, conservation: conservationError(map, identity), plan, pass: null };
}

/** u_i · T_ij x_j with row i's own class (or one class for all rows): Σ_j + bias = the explained number of logits. */
export async function inClassMap(
  question: Question,
  scope: Scope,
  chosen: number | null,
  direction: Direction,
  word: Word,
  order?: Order,
): Promise<TensorMap & { readonly explained: readonly Explained[] }> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const { backend, program } = session;
  const to = scope.range[1];
  const explained = await explainTokens(question, 0, run.trace.tokens, chosen, direction, to, word);
  const u = await outputDirections(question, to, explained);
  const identity = {
    bias: await biasShares(question, scope, explained),
    total: Float64Array.from(explained, (one) => one.direction.conserves),
  };
  if ((order ?? (await chooseOrder(question, scope, 'output')).order) === 'pull')
    return { ...(await pulledDots(question, scope, 'output', u, identity)), explained };
  const data = backend.upload(u, [run.trace.tokens, 1, program.dModel], 'output directions');
  const directions = { firstToken: 0, tokens: run.trace.tokens, columns: 1, channels: program.dModel, data };
  try {
    const pass = await contributions(question, scope, 'output', [(z) => backend.dot(z, directions)]);
    return { ...withIdentity(pass.maps[0]!, identity, pass), explained };
  } finally {
    backend.free(data);
  }
}

/** ‖T_ijᵀ y_i‖₂: every y_i pulled back as a cotangent of its own. */
export async function outMap(question: Question, scope: Scope): Promise<TensorMap> {
  checkRange(question, scope.range);
  const { backend } = question.session;
  const y = await backend.read(outputOf(question, scope).data);
  const squares = (g: Signal) => backend.sumSquares(g);
  const { map, plan } = await pulledMap(question, scope, outputReadOut(question, scope.range), y, squares, 'out map');
  return withoutIdentity(map.map(Math.sqrt), plan, null);
}

/** What the range maps to: y, or the residual stream after its last block. */
function outputOf({ session, run }: Question, { range: [, to] }: Scope): Signal {
  return to === session.program.blocks ? run.trace.output : run.trace.hidden[to]!;
}

/** A map that can be contracted in two orders: all sources pushed, or every row's cotangent pulled. */
export type Order = 'push' | 'pull';

/**
 * The order that costs less, in FLOPs: the two round differently, and a measured speed would make the choice, and with it the last bits, depend on the
 * moment. Pushing measures completeness on the way and leaves contributions for the next map, so pulling must be clearly cheaper.
 */
export async function chooseOrder(
  question: Question,
  scope: Scope,
  readOut: 'none' | 'output',
): Promise<{ readonly order: Order; readonly plan: Plan }> {
  const { plan: push } = await planContributions(question, scope, readOut);
  const { plan: pull } = await planPulled(question, scope, readOut);
  return pull.flops < clearly * push.flops ? { order: 'pull', plan: pull } : { order: 'push', plan: push };
}

const clearly = 0.8;

/** The passes of every output token, and what they cost. `force`: sublayers merged whether it pays or not, or none; left out: by their cost. */
export async function planExact(
  question: Question,
  scope: Scope,
  force?: boolean,
): Promise<{ readonly chunks: readonly UnitChunks[]; readonly merging: Merging; readonly plan: Plan }> {
  const { session, run } = question;
  const { program } = session;
  const { tokens } = run.trace;
  const frozenPath = run.frozenPath(scope.range, outputReadOut(question, scope.range));
  const merging = await planMerging(question, frozenPath, scope.gateRule, {
    rows: (segment) => program.dModel * (segment.beforeMix ? pairsOf(question) : tokens),
    force,
  });
  const budget = session.passBytes() - merging.bytes;
  const backward = tensorBackward(question, merging.frozenPath, scope.gateRule);
  const chunks = await Promise.all(
    Array.from({ length: tokens }, (_, token) => planUnits(question, backward, token, 'collapsed', budget)),
  );
  const passes = chunks.flatMap(({ costs }) => costs);
  const plan = planOf(
    question,
    [...merging.costs, ...passes.map((cost) => ({ ...cost, peakBytes: cost.peakBytes + merging.bytes }))],
    `${program.dModel} cotangents for each of ${tokens} output tokens${merging.words}`,
  );
  return { chunks, merging, plan };
}

/** ‖T_ij‖_F, exact: dModel pulls for every output token. `merge`: see planExact. */
export async function normMap(question: Question, scope: Scope, merge?: boolean): Promise<TensorMap> {
  const { backend } = question.session;
  const { data, plan } = await summedOverUnits(question, scope, 'norm map', (rows) => backend.sumSquares(rows), merge);
  return withoutIdentity(data.map(Math.sqrt), plan, null);
}

/** tr T_ij, exact: of every pulled unit vector its own channel. */
export async function traceMap(question: Question, scope: Scope, merge?: boolean): Promise<TensorMap> {
  const { backend, program } = question.session;
  const { dModel } = program;
  const { data, plan } = await summedOverUnits(
    question,
    scope,
    'trace map',
    (rows, first) => {
      const { tokens, columns } = rows;
      const units = new Float32Array(tokens * columns * dModel);
      for (let at = 0; at < tokens * columns; at++) units[at * dModel + first + (at % columns)] = 1;
      const own = backend.upload(units, [tokens, columns, dModel], 'unit vectors at all sources');
      const products = backend.dot(rows, { ...rows, data: own });
      backend.free(own);
      return products;
    },
    merge,
  );
  return withoutIdentity(data, plan, null);
}

/** Σ_d collapse(T[i, d, j, ·]) for every pair of tokens. */
async function summedOverUnits(
  question: Question,
  scope: Scope,
  name: string,
  collapse: (rows: Signal, firstChannel: number) => DeviceArray,
  merge?: boolean,
): Promise<{ readonly data: Float64Array; readonly plan: Plan }> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const { chunks, merging, plan } = await planExact(question, scope, merge);
  const checkpoint = checkpointOf(question, name, plan);
  const data = new Float64Array(tokens * tokens);
  await withMerged(question, merging, scope.gateRule, checkpoint, async (frozenPath) => {
    const backward = tensorBackward(question, frozenPath, scope.gateRule);
    for (const [token, { firstChannels, width }] of chunks.entries()) {
      for (const first of firstChannels) {
        const columns = Math.min(width, program.dModel - first);
        const rows = await pullUnits(question, backward, token, first, columns, checkpoint);
        const collapsed = collapse(rows, first);
        backend.free(rows.data);
        const [values] = await readAndFree(backend, [collapsed]);
        for (let at = 0; at < values!.length; at++) {
          data[token * tokens + rows.firstToken + Math.floor(at / columns)]! += values![at]!;
        }
      }
    }
  });
  return { data, plan };
}

function withIdentity(data: Float64Array, identity: Identity, pass: Contributions): TensorMap {
  const conservation = conservationError(data, identity);
  return { data, identity, completeness: pass.completeness, conservation, plan: pass.plan, pass };
}

function withoutIdentity(data: Float64Array, plan: Plan, pass: Contributions | null): TensorMap {
  return { data, identity: null, completeness: pass?.completeness ?? null, conservation: null, plan, pass };
}
