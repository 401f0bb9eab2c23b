// Maps by pulls: one cotangent an output token, many at once, in chunks so that memory stays within the budget. A causal chunk begins at its last
// token, so what comes after is never touched. `out` exists in this order only; `in_out` and `in_class` in this one and in that of contributions.

import type { DeviceArray, Signal } from '../../program/backend';
import { columnsWithin, type PassCost, pullCost, thenRead } from '../../program/planner';
import { pull } from '../../program/readings';
import type { ReadOut } from '../activeRun';
import type { Plan, Scope } from '../protocol';
import { chunkWidth } from './contributions';
import { checkpointOf, contextOf, passRequest, planOf, type Question, readAndFree } from './question';

/** How the output tokens are split over passes, and what these cost. */
export async function planPulled(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
): Promise<{ readonly width: number; readonly plan: Plan }> {
  const { session, run } = question;
  const { program } = session;
  const { tokens } = run.trace;
  const request = passRequest(question, run.frozenPath(scope.range, readOut), scope.gateRule);
  const one = await pullCost(request, 0, tokens, 1);
  const width = chunkWidth(question, one, tokens, columnsWithin(session.passBytes(), one, tokens));
  const costs: PassCost[] = [];
  for (let first = 0; first < tokens; first += width) {
    const columns = Math.min(width, tokens - first);
    const [from, count] = program.causal ? [first, columns] : [0, tokens];
    const sources = program.causal ? first + columns : tokens;
    const cost = await pullCost(request, from, count, columns);
    costs.push(thenRead(cost, request, sources * columns * program.dModel, sources * columns));
  }
  const passes = `${costs.length} pass${costs.length > 1 ? 'es' : ''}`;
  return { width, plan: planOf(question, costs, `${tokens} cotangents pulled in ${passes}`) };
}

/**
 * [output token, source]: the collapse of T_iᵀ u_i at every source. `cotangents` [token, dModel]: u_i at the read-out; `collapse` turns what was pulled,
 * [source, column, dModel], into numbers [source, column].
 */
export async function pulledMap(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
  cotangents: ArrayLike<number>,
  collapse: (g: Signal) => DeviceArray,
  name: string,
): Promise<{ readonly map: Float64Array; readonly plan: Plan }> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const { dModel, causal } = program;
  const { path, frozenOf } = run.frozenPath(scope.range, readOut);
  const { width, plan } = await planPulled(question, scope, readOut);
  const checkpoint = checkpointOf(question, name, plan);
  const map = new Float64Array(tokens * tokens);
  for (let first = 0; first < tokens; first += width) {
    const columns = Math.min(width, tokens - first);
    const end = causal ? first + columns : tokens;
    const data = backend.upload(
      Array.prototype.slice.call(cotangents, 0, end * dModel),
      [end, 1, dModel],
      'cotangents',
    );
    const rows = { firstToken: 0, tokens: end, columns: 1, channels: dModel, data };
    const start = backend.diagonal(rows, first, columns, causal);
    let values: ArrayLike<number>;
    let firstSource: number;
    try {
      const g = await pull(contextOf(question, scope.gateRule), path, frozenOf, start, checkpoint);
      firstSource = g.firstToken;
      const collapsed = collapse(g);
      if (g.data !== start.data) backend.free(g.data);
      values = (await readAndFree(backend, [collapsed]))[0]!;
    } finally {
      backend.free(start.data);
      backend.free(data);
    }
    for (let at = 0; at < values.length; at++) {
      map[(first + (at % columns)) * tokens + firstSource + Math.floor(at / columns)] = values[at]!;
    }
  }
  return { map, plan };
}
