// Methods that explain one number by one row over the tokens, besides the rows of T: gradients, paths of gradients, relevance propagation, and leaving
// tokens out. Formulas and what each is not: src/attribution. All are about the whole model, from x0 to the target.

import { leaveOneOutEffects } from '../../attribution/ablation';
import { cheferRelevance, positiveGradientAttention } from '../../attribution/chefer';
import { gradientTimesInput } from '../../attribution/gradientTimesInput';
import {
  type IntegratedGradients,
  integrateAdaptively,
  integrateEqually,
  type PathFunction,
} from '../../attribution/integratedGradients';
import { saliency } from '../../attribution/saliency';
import type { Signal } from '../../program/backend';
import type { PassCost } from '../../program/planner';
import { runProgram } from '../../program/run';
import { UserError } from '../../tensor/errors';
import { refuseOver } from '../budget';
import type { AttributeRequest, OperatorName, Plan } from '../protocol';
import { patternOf } from './attention';
import { backwardOf } from './backward';
import { derivedCosts, derivedRun } from './derivedRuns';
import { cotangentsOf, type Explained } from './explained';
import { operatorRow } from './operatorRow';
import { checkpointOf, freeing, planOf, type Question } from './question';

export interface Attribution {
  readonly relevance: Float64Array; // [source]
  /** What the relevances are parts of; null: of nothing. */
  readonly total: number | null;
  /** [output token, source]; null: the method has no map. */
  readonly map: Float64Array | null;
  readonly integration: Pick<IntegratedGradients, 'steps' | 'gap' | 'error' | 'ends'> | null;
  readonly plan: Plan;
}

/** Of integrated gradients. */
const mostSteps = 1024;
const accuracy = { tolerance: 1e-3, tokenTolerance: 5e-3, mostSteps };

export async function attribute(
  question: Question,
  request: AttributeRequest,
  explained: Explained,
): Promise<Attribution> {
  const { session } = question;
  const { dModel } = session.program;
  const plan = await attributionPlan(question, request, explained);
  refuseOver(session.passBytes(), plan.peakBytes, 'This attribution', 'Use a shorter prompt.');
  const total = explained.direction.conserves;
  const row = async (operator: OperatorName) => {
    const { values } = await operatorRow(question, wholeModel(question, request), operator, explained);
    return values;
  };
  const plain = (relevance: Float64Array, of: number | null): Attribution => ({
    relevance,
    total: of,
    map: null,
    integration: null,
    plan,
  });
  switch (request.method) {
    case 'saliency':
      return plain(saliency(await row('jacobian'), dModel), null);
    case 'gradient_x_input':
      return plain(gradientTimesInput(await row('jacobian'), await inputOf(question), dModel), total);
    case 'lrp_ah_ln':
    case 'attnlrp':
      return plain(gradientTimesInput(await row(request.method), await inputOf(question), dModel), total);
    case 'integrated_gradients':
      return integrated(question, request, explained, plan);
    case 'chefer':
      return chefer(question, explained, plan);
    case 'ablation':
      return plain(await ablated(question, request, explained, plan), null);
  }
}

/** Before anything is computed. Adaptive integration: at most. UserError for steps or tokens that do not exist. */
export async function attributionPlan(
  question: Question,
  request: AttributeRequest,
  explained: Explained,
): Promise<Plan> {
  const { run } = question;
  const { method } = request;
  if (method === 'integrated_gradients') {
    const { row, value } = await derivedCosts(question, explained);
    const steps = checkSteps(request.steps) ?? accuracy.mostSteps;
    const what = request.steps === undefined ? `up to ${steps} gradients` : `${steps} gradients`;
    return planOf(question, [times(row, steps), times(value, 2)], `${what} between no input and this one`);
  }
  if (method === 'ablation') {
    checkSubstitute(question, request.substitute);
    const { value } = await derivedCosts(question, explained);
    const { tokens } = run.trace;
    return planOf(question, [times(value, tokens)], `the model run ${tokens} times more, with one token left out`);
  }
  const { range, gateRule } = wholeModel(question, request);
  const backward = backwardOf(question, range, 'logits', operatorOf(method), gateRule);
  return planOf(question, [await backward.cost(explained.token, 1, 1)], 'one cotangent taken back through the model');
}

function operatorOf(method: AttributeRequest['method']): OperatorName {
  return method === 'lrp_ah_ln' || method === 'attnlrp' ? method : 'jacobian';
}

const wholeModel = ({ session }: Question, { gateRule }: AttributeRequest) =>
  ({ range: [0, session.program.blocks], gateRule }) as const;

const times = (cost: PassCost, count: number): PassCost => ({
  ...cost,
  flops: cost.flops * count,
  streamed: cost.streamed * count,
  work: cost.work.map((work) => ({ ...work, dispatches: work.dispatches * count })),
});

function inputOf({ session, run }: Question) {
  return run.shared('x0', () => session.backend.read(run.trace.hidden[0]!.data));
}

function checkSteps(steps: number | undefined): number | undefined {
  if (steps === undefined || (Number.isInteger(steps) && steps >= 1 && steps <= mostSteps)) return steps;
  throw new UserError('bad-request', `Integrated gradients take 1 to ${mostSteps} steps, not ${steps}.`);
}

function checkSubstitute({ session, run }: Question, substitute: number | undefined): void {
  const { vocab } = session.program;
  if (substitute === undefined) return;
  if (run.ids.length === 0) {
    throw new UserError('bad-request', 'Patches of a picture are left out as zeros: there is no token to put there.');
  }
  if (Number.isInteger(substitute) && substitute >= 0 && substitute < vocab) return;
  throw new UserError('bad-request', `There is no token ${substitute}: the vocabulary has tokens 0 to ${vocab - 1}.`);
}

async function integrated(
  question: Question,
  { steps }: AttributeRequest,
  explained: Explained,
  plan: Plan,
): Promise<Attribution> {
  const x0 = await inputOf(question);
  const checkpoint = checkpointOf(question, 'integrated gradients', plan);
  const at = <T>(alpha: number, use: Parameters<typeof derivedRun<T>>[4]) =>
    derivedRun(
      question,
      Float64Array.from(x0, (value) => alpha * value),
      explained,
      checkpoint,
      use,
    );
  const path: PathFunction = {
    value: (alpha) => at(alpha, (derived) => derived.value()),
    slopes: (alpha) =>
      at(alpha, async (derived) => gradientTimesInput(await derived.row(), x0, question.session.program.dModel)),
  };
  const found = await (steps === undefined ? integrateAdaptively(path, accuracy) : integrateEqually(path, steps));
  const { relevance, ends, gap, error } = found;
  return {
    relevance,
    total: ends[0] - ends[1],
    map: null,
    integration: { steps: found.steps, gap, error, ends },
    plan,
  };
}

async function chefer(question: Question, explained: Explained, plan: Plan): Promise<Attribution> {
  const { session, run } = question;
  const { backend, program } = session;
  const { heads, patterns, blocks } = program;
  const { tokens } = run.trace;
  const backward = backwardOf(question, [0, blocks], 'logits', 'jacobian', 'half');
  const gradients = new Map<number, Promise<Float64Array>>();
  const take = (block: number, cotangent: Signal) => {
    // Its copy is under way before the cotangent is freed.
    const reading = backend.read(cotangent.data).then((read) => byHead(read, cotangent.firstToken, heads, tokens));
    reading.catch(() => {}); // told where it is awaited
    gradients.set(block, reading);
  };
  const start = cotangentsOf(question, [explained]);
  const g = await freeing(backend, start, () =>
    backward.pull(
      start,
      checkpointOf(question, 'relevance', plan),
      new Map(patterns.map((name, block) => [name, (cotangent) => take(block, cotangent)])),
    ),
  );
  backend.free(g.data);
  const steps: Float64Array[] = [];
  for (let block = 0; block < blocks; block++) {
    const pattern = await patternOf(question, block);
    steps.push(positiveGradientAttention(pattern, await gradients.get(block)!, heads));
  }
  const map = cheferRelevance(steps, tokens);
  const { token } = explained;
  const relevance = map.slice(token * tokens, (token + 1) * tokens);
  return { relevance, total: null, map, integration: null, plan };
}

/** [query from firstToken, head, key] → [head, query, key]. */
function byHead(read: ArrayLike<number>, firstToken: number, heads: number, tokens: number): Float64Array {
  const out = new Float64Array(heads * tokens * tokens);
  for (let at = 0; at < read.length; at++) {
    const key = at % tokens;
    const head = Math.floor(at / tokens) % heads;
    const query = firstToken + Math.floor(at / (tokens * heads));
    out[(head * tokens + query) * tokens + key] = read[at]!;
  }
  return out;
}

async function ablated(
  question: Question,
  { substitute }: AttributeRequest,
  explained: Explained,
  plan: Plan,
): Promise<Float64Array> {
  const { session, run } = question;
  const { dModel } = session.program;
  const { tokens } = run.trace;
  const x0 = await inputOf(question);
  const checkpoint = checkpointOf(question, 'leaving tokens out', plan);
  const without = new Float64Array(tokens);
  for (let token = 0; token < tokens; token++) {
    const changed = Float64Array.from(x0);
    const row = substitute === undefined ? null : await embeddedWith(question, token, substitute);
    changed.fill(0, token * dModel, (token + 1) * dModel);
    if (row) changed.set(row.subarray(token * dModel, (token + 1) * dModel), token * dModel);
    without[token] = await derivedRun(question, changed, explained, checkpoint, (derived) => derived.value());
  }
  return leaveOneOutEffects(explained.direction.conserves, without);
}

/** x0 of the prompt with one token replaced. */
async function embeddedWith({ session, run }: Question, token: number, substitute: number): Promise<Float64Array> {
  const { program, backend } = session;
  const ids = run.ids.with(token, substitute);
  const first = program.hidden[0]!;
  const ops = program.ops.filter(({ stage }) => stage === 'embedding');
  const embedding = { ...program, ops, hidden: [first], output: first, patterns: [], blocks: 0 };
  const trace = await runProgram(session.context('half'), embedding, ids, () => {});
  try {
    return Float64Array.from(await backend.read(trace.output.data));
  } finally {
    trace.dispose();
  }
}
