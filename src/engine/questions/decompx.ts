// DecompX: contributions with every bias shared out among the sources where it is added (docs/formulas.md 5). All sources are on the device at once,
// since a share is of the whole; with the biases in a slot of their own (`token`) it is the tensor's own map, source by source.

import { conservationError, type Identity } from '../../attribution/conservation';
import { type PassCost, pushCost } from '../../program/planner';
import { type BiasMeasure, pushShared } from '../../program/pushShared';
import { attentionSublayer } from '../../program/sublayers';
import { refuseOver } from '../budget';
import { longestThat } from '../longest';
import type { BiasSharing, Direction, LayerRange, Plan, Scope } from '../protocol';
import { biasOf } from './bias';
import { biasShares, type Explained, explainTokens, outputDirections, type Word } from './explained';
import { tokensBehind } from './logits';
import { inClassMap } from './maps';
import { checkpointOf, checkRange, contextOf, passRequest, planOf, type Question, readAndFree } from './question';
import { type Row, rowOf } from './row';

export interface SharedMap {
  readonly data: Float64Array; // [output token, source]
  readonly identity: Identity;
  readonly completeness: number | null;
  readonly conservation: number;
  readonly plan: Plan;
  readonly explained: readonly Explained[];
}

/** Row i: token i's own prediction, or `chosen` in every row, as in_class. */
export async function decompxMap(
  question: Question,
  scope: Scope,
  sharing: BiasSharing,
  chosen: number | null,
  direction: Direction,
  word: Word,
): Promise<SharedMap> {
  if (sharing === 'token') {
    const map = await inClassMap(question, scope, chosen, direction, word);
    return { ...map, identity: map.identity!, conservation: map.conservation! };
  }
  checkRange(question, scope.range);
  const explained = await explainTokens(
    question,
    0,
    question.run.trace.tokens,
    chosen,
    direction,
    scope.range[1],
    word,
  );
  const u = await outputDirections(question, scope.range[1], explained);
  const { data, plan } = await sharedDots(question, scope, sharing, u);
  const identity = {
    bias: await headConstants(question, scope, explained, u),
    total: Float64Array.from(explained, (one) => one.direction.conserves),
  };
  return { data, identity, completeness: null, conservation: conservationError(data, identity), plan, explained };
}

/** One target, over all tokens that its head reads. */
export async function decompxRow(
  question: Question,
  scope: Scope,
  explained: Explained,
  sharing: BiasSharing,
): Promise<Row> {
  if (sharing === 'token') return rowOf(question, scope, explained);
  const { run, session } = question;
  const { tokens } = run.trace;
  const { dModel } = session.program;
  const rows = await outputDirections(question, scope.range[1], [explained]);
  const u = new Float64Array(tokens * dModel);
  u.set(rows, tokensBehind(question, explained.token, 1)[0] * dModel);
  const { data, plan } = await sharedDots(question, scope, sharing, u);
  const contributions = new Float64Array(tokens);
  for (let at = 0; at < data.length; at++) contributions[at % tokens]! += data[at]!;
  const [bias] = await headConstants(question, scope, [explained], rows);
  const total = explained.direction.conserves;
  const identity = { bias: Float64Array.of(bias!), total: Float64Array.of(total) };
  return { contributions, bias: bias!, total, conservation: conservationError(contributions, identity), plan };
}

/** What is left to no source: the head's own constants. `u`: [target or token, dModel], as `outputDirections` gives it. */
async function headConstants(
  question: Question,
  scope: Scope,
  explained: readonly Explained[],
  u: Float64Array,
): Promise<Float64Array> {
  const { dModel } = question.session.program;
  const shares = await biasShares(question, scope, explained);
  const B = await biasOf(question, scope, 'output');
  const perTarget = u.length / explained.length;
  for (const [row, { token }] of explained.entries()) {
    const offset = tokensBehind(question, token, 1)[0] * dModel;
    for (let at = 0; at < perTarget; at++) shares[row]! -= u[row * perTarget + at]! * B[offset + at]!;
  }
  return shares;
}

/** u_i · Z_i⇐k for all tokens and sources. */
async function sharedDots(question: Question, scope: Scope, measure: BiasMeasure, u: Float64Array) {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const plan = await planShared(question, scope);
  const { path, frozenOf } = run.frozenPath(scope.range, 'output');
  const context = contextOf(question, scope.gateRule);
  const checkpoint = checkpointOf(question, 'DecompX', plan);
  const start = backend.diagonal(run.trace.hidden[scope.range[0]]!, 0, tokens, program.causal);
  try {
    const z = await pushShared(context, path, frozenOf, start, measure, sublayersOf(question, scope.range), checkpoint);
    const data = backend.upload(u, [tokens, 1, program.dModel], 'output directions');
    const directions = { firstToken: 0, tokens, columns: 1, channels: program.dModel, data };
    const dots = backend.dot(z, directions);
    if (z.data !== start.data) backend.free(z.data);
    backend.free(data);
    const [values] = await readAndFree(backend, [dots]);
    return { data: Float64Array.from(values!), plan };
  } finally {
    backend.free(start.data);
  }
}

function sublayersOf({ session }: Question, [from, to]: LayerRange) {
  return Array.from({ length: to - from }, (_, at) => attentionSublayer(session.program, from + at));
}

/** UserError 'over-budget' when all sources together do not fit. */
export async function planShared(question: Question, scope: Scope): Promise<Plan> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const request = passRequest(question, run.frozenPath(scope.range, 'output'), scope.gateRule);
  const { dModel, dFfn, image } = session.program;
  /** Beside the pass itself: what has been shared lies beside what it was shared to. */
  const priced = async (tokens: number): Promise<PassCost> => {
    const cost = await pushCost({ ...request, tokens }, 0, tokens);
    return { ...cost, peakBytes: cost.peakBytes + tokens ** 2 * Math.max(dModel, dFfn) * request.bytesPerNumber };
  };
  const { tokens } = run.trace;
  const cost = await priced(tokens);
  const limit = session.passBytes();
  if (cost.peakBytes > limit) {
    const fitting = image ? 0 : await longestThat(async (length) => (await priced(length)).peakBytes <= limit, tokens);
    const shorter = fitting > 0 ? `Up to ${fitting} tokens fit; or` : 'Instead,';
    refuseOver(
      limit,
      cost.peakBytes,
      `DecompX needs all ${tokens} sources at once, which`,
      `${shorter} choose biases as a source of their own, which goes source by source.`,
    );
  }
  return planOf(question, [cost], `${tokens} sources pushed in one pass, biases shared among them`);
}
