// T beside the Jacobian of the same output: their sizes source by source, how far each is from accounting for the output (completeness), and how far
// each is from predicting what an actual change of the input does to the explained number (the remainder).

import { perturbation, remainder } from '../../attribution/remainder';
import { relativeNorm } from '../../tensor/compare';
import { UserError } from '../../tensor/errors';
import { seededRandom } from '../../tensor/random';
import { refuseOver } from '../budget';
import type { OperatorName, Plan, RemainderRequest, Scope } from '../protocol';
import { biasOf } from './bias';
import { derivedCosts, derivedRun } from './derivedRuns';
import type { Explained } from './explained';
import { operatorRow } from './operatorRow';
import { checkpointOf, joinPlans, outputReadOut, planOf, type Question } from './question';
import { computeSlice, contributionsOf, normsOf, type Slice } from './slice';

export interface Beside {
  /** ‖·‖_F for every source. */
  readonly tensor: Float32Array;
  readonly jacobian: Float32Array;
  readonly difference: Float32Array;
  /** ‖Σ_j O_ij x_j + B_i − y_i‖ / ‖y_i‖, B the biases of T. */
  readonly completeness: { readonly tensor: number; readonly jacobian: number };
  readonly plan: Plan;
}

/** Of y at a token, or of the residual stream where the range ends early. */
export async function beside(question: Question, scope: Scope, token: number): Promise<Beside> {
  const { session, run } = question;
  const { dModel } = session.program;
  const slice = (operator: OperatorName) => computeSlice(question, { ...scope, operator }, token);
  const [tensor, jacobian] = [await slice('tensor'), await slice('jacobian')];
  const readOut = outputReadOut(question, scope.range);
  const output = readOut === 'output' ? run.trace.output : run.trace.hidden[scope.range[1]]!;
  const x = await session.backend.read(run.trace.hidden[scope.range[0]]!.data);
  const at = token * dModel;
  const y = (await session.backend.read(output.data)).subarray(at, at + dModel);
  const bias = (await biasOf(question, scope, readOut)).subarray(at, at + dModel);
  const completeness = (of: Slice) => {
    const parts = contributionsOf(of, x);
    const sums = Float64Array.from(bias);
    for (const [entry, part] of parts.entries()) sums[Math.floor(entry / of.tokens)]! += part;
    return relativeNorm(sums, y);
  };
  return {
    tensor: normsOf(tensor),
    jacobian: normsOf(jacobian),
    difference: normsOf({ ...jacobian, data: jacobian.data.map((value, entry) => value - tensor.data[entry]!) }),
    completeness: { tensor: completeness(tensor), jacobian: completeness(jacobian) },
    plan: joinPlans([tensor.plan, jacobian.plan], 'the slice of T, then that of the Jacobian'),
  };
}

export interface Remainders {
  /** |F(x + E) − F(x)|, and of it what T's row and the Jacobian's row leave: [size, direction]. */
  readonly change: Float64Array;
  readonly tensor: Float64Array;
  readonly jacobian: Float64Array;
  readonly plan: Plan;
}

const mostRuns = 256;

export async function remainders(
  question: Question,
  { sizes, directions, seed, gateRule }: RemainderRequest,
  explained: Explained,
): Promise<Remainders> {
  const { session, run } = question;
  const { program } = session;
  const runs = sizes.length * directions;
  checkSizes(sizes, directions);
  const { value } = await derivedCosts(question, explained);
  const plan = planOf(question, new Array(runs).fill(value), `the model run ${runs} times more, at inputs nearby`);
  refuseOver(session.passBytes(), plan.peakBytes, 'A run nearby', 'Use a shorter prompt.');
  const scope = { range: [0, program.blocks], gateRule } as const;
  const row = async (operator: OperatorName) => (await operatorRow(question, scope, operator, explained)).values;
  const [tensor, jacobian] = [await row('tensor'), await row('jacobian')];
  const x0 = await session.backend.read(run.trace.hidden[0]!.data);
  const checkpoint = checkpointOf(question, 'remainders', plan);
  const at = (input: ArrayLike<number>) =>
    derivedRun(question, input, explained, checkpoint, (derived) => derived.value());
  const here = await at(x0);
  const length = Math.sqrt(Float64Array.from(x0).reduce((sum, entry) => sum + entry * entry, 0));
  const { tokens } = run.trace;
  const last = program.causal && program.reads === null ? explained.token : tokens - 1;
  const found = [0, 1, 2].map(() => new Float64Array(runs)) as [Float64Array, Float64Array, Float64Array];
  for (const [place, size] of sizes.entries()) {
    const random = seededRandom(seed); // the same directions at every size
    for (let direction = 0; direction < directions; direction++) {
      const move = perturbation(random, { tokens, channels: program.dModel, last, size: size * length });
      const change = (await at(Float64Array.from(x0, (entry, k) => entry + move[k]!))) - here;
      const entry = place * directions + direction;
      found[0][entry] = Math.abs(change);
      found[1][entry] = Math.abs(remainder(change, tensor, move));
      found[2][entry] = Math.abs(remainder(change, jacobian, move));
    }
  }
  return { change: found[0], tensor: found[1], jacobian: found[2], plan };
}

function checkSizes(sizes: readonly number[], directions: number): void {
  const sound = sizes.length > 0 && sizes.every((size) => size > 0 && size <= 1);
  if (sound && Number.isInteger(directions) && directions >= 1 && sizes.length * directions <= mostRuns) return;
  throw new UserError(
    'bad-request',
    `Remainders are measured at sizes above 0 and up to 1 of the input’s length, in 1 or more directions, ${mostRuns} runs in all.`,
  );
}
