// The L×L maps of the tensor (docs/formulas.md 3). in, in_out and in_class collapse contributions (push); out and norm collapse rows (pull).

import { conservationError, type Identity, inOutIdentity } from '../../attribution/conservation';
import type { DeviceArray, Signal } from '../../program/backend';
import { columnsWithin, type PassCost, pullCost } from '../../program/planner';
import { pull } from '../../program/readings';
import type { Direction, Plan, Scope } from '../protocol';
import { type Contributions, contributions } from './contributions';
import { biasShares, type Explained, explainTokens, outputDirections, type Word } from './explained';
import {
  checkpointOf,
  checkRange,
  contextOf,
  outputReadOut,
  passRequest,
  planOf,
  type Question,
  readAndFree,
} from './question';
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
export async function inOutMap(question: Question, scope: Scope): Promise<TensorMap> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const y = scope.range[1] === session.program.blocks ? run.trace.output : run.trace.hidden[scope.range[1]]!;
  const pass = await contributions(question, scope, outputReadOut(question, scope.range), [
    (z) => session.backend.dot(z, y),
  ]);
  const identity = inOutIdentity(pass.output, pass.bias, session.program.dModel);
  return withIdentity(pass.maps[0]!, identity, pass);
}

/** u_i · T_ij x_j with row i's own class (or one class for all rows): Σ_j + bias = the explained number of logits. */
export async function inClassMap(
  question: Question,
  scope: Scope,
  chosen: number | null,
  direction: Direction,
  word: Word,
): Promise<TensorMap & { readonly explained: readonly Explained[] }> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const { backend, program } = session;
  const to = scope.range[1];
  const explained = await explainTokens(question, 0, run.trace.tokens, chosen, direction, to, word);
  const u = await outputDirections(question, to, explained);
  const data = backend.upload(u, [run.trace.tokens, 1, program.dModel], 'output directions');
  const directions = { firstToken: 0, tokens: run.trace.tokens, columns: 1, channels: program.dModel, data };
  try {
    const pass = await contributions(question, scope, 'output', [(z) => backend.dot(z, directions)]);
    const identity = {
      bias: await biasShares(question, scope, explained),
      total: Float64Array.from(explained, (one) => one.direction.conserves),
    };
    return { ...withIdentity(pass.maps[0]!, identity, pass), explained };
  } finally {
    backend.free(data);
  }
}

/** How the output tokens are split over passes, and what these cost. */
export async function planOut(
  question: Question,
  scope: Scope,
): Promise<{ readonly width: number; readonly plan: Plan }> {
  const { session, run } = question;
  const { program } = session;
  const { tokens } = run.trace;
  const frozenPath = run.frozenPath(scope.range, outputReadOut(question, scope.range));
  const request = passRequest(question, frozenPath, scope.gateRule);
  const width = columnsWithin(session.passBytes(), await pullCost(request, 0, tokens, 1), tokens);
  const costs: PassCost[] = [];
  for (let first = 0; first < tokens; first += width) {
    const from = program.causal ? first : 0;
    costs.push(await pullCost(request, from, tokens - from, Math.min(width, tokens - first)));
  }
  const plan = planOf(
    question,
    costs,
    `${tokens} cotangents pulled in ${costs.length} pass${costs.length > 1 ? 'es' : ''}`,
  );
  return { width, plan };
}

/** ‖T_ijᵀ y_i‖₂: every y_i pulled back as a cotangent of its own. */
export async function outMap(question: Question, scope: Scope): Promise<TensorMap> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const frozenPath = run.frozenPath(scope.range, outputReadOut(question, scope.range));
  const { width, plan } = await planOut(question, scope);
  const checkpoint = checkpointOf(question, 'out map', plan);
  const y = scope.range[1] === program.blocks ? run.trace.output : run.trace.hidden[scope.range[1]]!;
  const map = new Float64Array(tokens * tokens);
  for (let first = 0; first < tokens; first += width) {
    const columns = Math.min(width, tokens - first);
    const start = backend.diagonal(y, first, columns, program.causal);
    let values: Float32Array | Float64Array;
    let firstSource: number;
    try {
      const g = await pull(
        contextOf(question, scope.gateRule),
        frozenPath.path,
        frozenPath.frozenOf,
        start,
        checkpoint,
      );
      firstSource = g.firstToken;
      const squares = backend.sumSquares(g);
      backend.free(g.data);
      values = (await readAndFree(backend, [squares]))[0]!;
    } finally {
      backend.free(start.data);
    }
    for (let at = 0; at < values.length; at++) {
      const source = firstSource + Math.floor(at / columns);
      map[(first + (at % columns)) * tokens + source] = Math.sqrt(values[at]!);
    }
  }
  return withoutIdentity(map, plan, null);
}

/** The passes of every output token, and what they cost. */
export async function planExact(
  question: Question,
  scope: Scope,
): Promise<{ readonly chunks: readonly UnitChunks[]; readonly plan: Plan }> {
  const { session, run } = question;
  const { program } = session;
  const { tokens } = run.trace;
  const frozenPath = run.frozenPath(scope.range, outputReadOut(question, scope.range));
  const chunks = await Promise.all(
    Array.from({ length: tokens }, (_, token) => planUnits(question, frozenPath, scope.gateRule, token)),
  );
  const plan = planOf(
    question,
    chunks.flatMap(({ costs }) => costs),
    `${program.dModel} cotangents for each of ${tokens} output tokens`,
  );
  return { chunks, plan };
}

/** ‖T_ij‖_F, exact: dModel pulls for every output token. */
export async function normMap(question: Question, scope: Scope): Promise<TensorMap> {
  const { backend } = question.session;
  const { data, plan } = await summedOverUnits(question, scope, 'norm map', (rows) => backend.sumSquares(rows));
  return withoutIdentity(data.map(Math.sqrt), plan, null);
}

/** tr T_ij, exact: of every pulled unit vector its own channel. */
export async function traceMap(question: Question, scope: Scope): Promise<TensorMap> {
  const { backend, program } = question.session;
  const { dModel } = program;
  const { data, plan } = await summedOverUnits(question, scope, 'trace map', (rows, first) => {
    const { tokens, columns } = rows;
    const units = new Float32Array(tokens * columns * dModel);
    for (let at = 0; at < tokens * columns; at++) units[at * dModel + first + (at % columns)] = 1;
    const own = backend.upload(units, [tokens, columns, dModel], 'unit vectors at all sources');
    const products = backend.dot(rows, { ...rows, data: own });
    backend.free(own);
    return products;
  });
  return withoutIdentity(data, plan, null);
}

/** Σ_d collapse(T[i, d, j, ·]) for every pair of tokens. */
async function summedOverUnits(
  question: Question,
  scope: Scope,
  name: string,
  collapse: (rows: Signal, firstChannel: number) => DeviceArray,
): Promise<{ readonly data: Float64Array; readonly plan: Plan }> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const frozenPath = run.frozenPath(scope.range, outputReadOut(question, scope.range));
  const { chunks, plan } = await planExact(question, scope);
  const checkpoint = checkpointOf(question, name, plan);
  const data = new Float64Array(tokens * tokens);
  for (const [token, { firstChannels, width }] of chunks.entries()) {
    for (const first of firstChannels) {
      const columns = Math.min(width, program.dModel - first);
      const rows = await pullUnits(question, frozenPath, scope.gateRule, token, first, columns, checkpoint);
      const collapsed = collapse(rows, first);
      backend.free(rows.data);
      const [values] = await readAndFree(backend, [collapsed]);
      for (let at = 0; at < values!.length; at++) {
        data[token * tokens + rows.firstToken + Math.floor(at / columns)]! += values![at]!;
      }
    }
  }
  return { data, plan };
}

function withIdentity(data: Float64Array, identity: Identity, pass: Contributions): TensorMap {
  const conservation = conservationError(data, identity);
  return { data, identity, completeness: pass.completeness, conservation, plan: pass.plan, pass };
}

function withoutIdentity(data: Float64Array, plan: Plan, pass: Contributions | null): TensorMap {
  return { data, identity: null, completeness: pass?.completeness ?? null, conservation: null, plan, pass };
}
