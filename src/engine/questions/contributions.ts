// All contributions Z[i, j] = T_ij x_j of a scope, in chunks of sources so that memory stays within the budget, and what is collapsed from them.
// With the bias source they give back y: the completeness error is measured on every pass.

import type { DeviceArray, Signal } from '../../program/backend';
import { columnsWithin, type PassCost, pushCost } from '../../program/planner';
import { push } from '../../program/readings';
import { relativeNorm } from '../../tensor/compare';
import type { ReadOut } from '../activeRun';
import type { Plan, Scope } from '../protocol';
import { biasOf } from './bias';
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

/** How the sources are split over passes, and what these cost. */
export async function planContributions(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
): Promise<{ readonly width: number; readonly plan: Plan }> {
  const { session, run } = question;
  const { program } = session;
  const { tokens } = run.trace;
  const request = passRequest(question, run.frozenPath(scope.range, readOut), scope.gateRule);
  const width = columnsWithin(session.passBytes(), await pushCost(request, 0, 1), chunkWidth(tokens, program.causal));
  const costs: PassCost[] = [];
  for (let first = 0; first < tokens; first += width) {
    costs.push(await pushCost(request, first, Math.min(width, tokens - first)));
  }
  const plan = planOf(
    question,
    costs,
    `${tokens} sources pushed in ${costs.length} pass${costs.length > 1 ? 'es' : ''}`,
  );
  return { width, plan };
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
  const frozenPath = run.frozenPath(scope.range, readOut);
  const { width, plan } = await planContributions(question, scope, readOut);
  const checkpoint = checkpointOf(question, 'contributions', plan);

  const x = run.trace.hidden[scope.range[0]]!;
  const y = readOut === 'output' ? run.readOutAt(scope.range[1]) : run.trace.hidden[scope.range[1]]!;
  const maps = collapses.map(() => new Float64Array(tokens * tokens));
  const bias = await biasOf(question, scope, readOut);
  const sum = Float64Array.from(bias);
  for (let first = 0; first < tokens; first += width) {
    const columns = Math.min(width, tokens - first);
    const start = backend.diagonal(x, first, columns, program.causal);
    let z: Signal;
    try {
      z = await push(
        contextOf(question, scope.gateRule),
        frozenPath.path,
        frozenPath.frozenOf,
        start,
        false,
        checkpoint,
      );
    } finally {
      backend.free(start.data);
    }
    const summed = backend.sumColumns(z);
    const collapsed = collapses.map((collapse) => collapse(z));
    backend.free(z.data);
    const [sums, ...chunks] = await readAndFree(backend, [summed.data, ...collapsed]);
    for (const [at, map] of maps.entries()) place(map, chunks[at]!, tokens, z, first);
    const offset = z.firstToken * program.dModel;
    for (let n = 0; n < sums!.length; n++) sum[offset + n]! += sums![n]!;
  }
  const output = await backend.read(y.data);
  return { maps, completeness: relativeNorm(sum, output), bias, output, plan };
}

/** A quarter of the sources at a time skips three eighths of a causal pass: outputs before a chunk's first source are zero. */
function chunkWidth(tokens: number, causal: boolean): number {
  return causal ? Math.min(tokens, Math.max(Math.ceil(tokens / 4), Math.ceil(fullRows / tokens))) : tokens;
}

function place(map: Float64Array, chunk: ArrayLike<number>, tokens: number, z: Signal, firstSource: number): void {
  for (let i = 0; i < z.tokens; i++) {
    for (let c = 0; c < z.columns; c++) map[(z.firstToken + i) * tokens + firstSource + c] = chunk[i * z.columns + c]!;
  }
}
