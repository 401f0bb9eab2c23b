// A relation decoded from its subjects' vectors: which decoders say what the model says, on subjects that they were not made from, and whether the
// tensor's operator, inverted, can make the model say another object. Definitions: docs/formulas.md; the decoders: analysis/relations.

import { addOperator, difference, type MeanOperator, norm, normal } from '../../analysis/relations/decoders';
import { decompose, inverted } from '../../analysis/relations/lowRank';
import { rateOf, type Trial } from '../../analysis/relations/rate';
import { type Split, splitsOf } from '../../analysis/relations/splits';
import { singularTriples } from '../../attribution/singular';
import type { ClassNames, ModelTokenizer } from '../../models/tokenizer';
import type { DeviceRates } from '../../program/costModel';
import { headPath } from '../../program/path';
import { type PassCost, pushCost, runCost } from '../../program/planner';
import { throwIfAborted, UserError } from '../../tensor/errors';
import { seededRandom } from '../../tensor/random';
import { rowsAtOnce } from '../budget';
import { refuseRun } from '../longest';
import type {
  CallOptions,
  DecodedOperator,
  EditName,
  Plan,
  RelationRequest,
  RelationResult,
  RelationSubject,
} from '../protocol';
import { topOf } from '../questions/logits';
import { type OperatorPlan, planOperators } from '../questions/operators';
import { checkpointOf, planOf } from '../questions/question';
import type { FactPrompt } from '../questions/relationPrompts';
import { type RelationRuns, relationRuns } from '../questions/relationRuns';
import { predictionOf } from '../runSummary';
import { gateShares, type Session } from '../session';
import { readDirections } from './pair';
import { controls, decodeAll, type Means, type Seen, sampleOf, sweepBetas } from './relationDecoding';
import { checkRelation, promptsOf } from './relationInput';

export interface RelationContext {
  readonly session: Session;
  readonly tokenizer: ModelTokenizer;
  readonly names: ClassNames;
  readonly options: CallOptions;
  /** null: not measured yet. */
  readonly rates: DeviceRates | null;
}

/** Splits in which subjects are edited. */
const editedSplits = 3;

export async function relationResult(context: RelationContext, request: RelationRequest): Promise<RelationResult> {
  const started = performance.now();
  const { session, names, options } = context;
  checkRelation(session.program, context.tokenizer, request);
  const { prompts, notes } = promptsOf(context, request);
  const tokens = Math.max(...prompts.map(({ ids }) => ids.length));
  await refuseRun(session.program, session.backend, tokens);
  const plan = await priceOf(context, request, prompts, tokens);
  const run = { signal: new AbortController().signal };
  const checkpoint = checkpointOf({ session, run, options }, 'relation', plan);
  const runs = relationRuns(session, options, request.gateRule, checkpoint);

  const all: Seen[] = [];
  for (const prompt of prompts) {
    throwIfAborted(options.signal);
    const vectors = await runs.vectors(prompt, request.layers);
    all.push({ prompt, ...vectors, answer: topOf(vectors.logits, 1)[0]! });
  }
  const isKnown = ({ answer, prompt }: Seen) => answer === prompt.object;
  const used = request.onlyKnown ? all.filter(isKnown) : all;
  if (used.length < all.length) {
    notes.push(
      `${all.length - used.length} of ${all.length} subjects are left out: the model itself does not answer them.`,
    );
  }
  const most = Math.max(...request.training);
  if (used.length <= most) throw tooFew(used.length, all.length, most, request.onlyKnown);

  const splits = splitsOf(
    used.map(({ prompt }) => prompt.object),
    request.splits,
    request.seed,
  );
  const means = await meanOperators(context, runs, request, used, splits);
  const decoded = await decodeAll(session, request, used, splits, means, checkpoint, options);
  const causality = await editSubjects(runs, request, used, splits, means, session, options);
  const subjects = all.map((seen): RelationSubject => {
    const { prompt, logits, answer } = seen;
    const at = used.indexOf(seen);
    return {
      ...prompt.fact,
      first: names.word(prompt.object),
      more: prompt.more,
      token: prompt.source,
      predicted: predictionOf(logits, answer, names),
      known: isKnown(seen),
      decoded: decoded.firstSaid(at).map(([decoder, id]) => ({
        decoder,
        piece: names.word(id),
        agrees: id === answer,
      })),
    };
  });
  const trials = all.map((seen, subject) => ({ split: 0, subject, hit: isKnown(seen) }));
  return {
    layer: request.layer,
    subjects,
    notes,
    scores: decoded.scores,
    ...(request.betas && { betas: await sweepBetas(session, request, request.betas, used, splits, means, checkpoint) }),
    model: rateOf(trials)!,
    causality,
    ...(await directionsOf(context, runs, request, used[splits[0]!.order[0]!]!, means)),
    plan,
    seconds: (performance.now() - started) / 1000,
  };
}

function tooFew(used: number, all: number, most: number, onlyKnown: boolean): UserError {
  const found = onlyKnown ? `The model itself answers ${used} of ${all} subjects` : `There are ${used} subjects`;
  const remedy = onlyKnown
    ? 'choose fewer training subjects, give more subjects, or take in what the model does not know'
    : 'choose fewer training subjects, or give more subjects';
  return new UserError(
    'bad-request',
    `${found}, and ${most} are to make a decoder that is tested on others: ${remedy}.`,
  );
}

// ---- price -------------------------------------------------------------------------------------------------------------------

async function priceOf(
  { session, rates }: RelationContext,
  { operators, splits, training, layers, gateRule, editRank, betas = [] }: RelationRequest,
  prompts: readonly FactPrompt[],
  tokens: number,
): Promise<Plan> {
  const most = Math.max(...training);
  const making = Math.min(prompts.length, splits * most);
  const source = Math.min(...prompts.map((prompt) => prompt.source));
  const plans: OperatorPlan[] = [];
  for (const operator of operators) {
    plans.push(await planOperators(session, { operator, tokens, token: tokens - 1, source, rule: gateRule }, layers));
  }
  const edits =
    editRank === null
      ? 0
      : (operators.length + 2) * Math.min(splits, editedSplits) * Math.max(0, prompts.length - most);
  const runs = prompts.length + making * operators.length + edits;
  const tested = splits * prompts.length;
  const decodings =
    (layers.length * training.length * (operators.length + controls.length) + betas.length * operators.length) * tested;
  const { program, backend } = session;
  const rows = Math.min(decodings, rowsAtOnce(program.classes));
  const head = { program, path: headPath(program), gateShares: gateShares[gateRule] };
  const readOut = (rows: number) => pushCost({ ...head, tokens: rows, bytesPerNumber: backend.bytesPerNumber }, 0, 1);
  const passes = [
    repeated(await runCost(program, tokens, backend.bytesPerNumber), runs),
    repeated(await readOut(1), runs),
    ...plans.flatMap(({ costs }) => costs).map((cost) => repeated(cost, making)),
    repeated(await readOut(rows), decodings / rows),
  ];
  const what = operators.map((operator, at) => `${names[operator]} by ${plans[at]!.way}`).join(', ');
  const where = `${layers.length} layer${layers.length === 1 ? '' : 's'}`;
  const description = `${runs} runs of up to ${tokens} tokens, operators of ${making} subjects at ${where} (${what})`;
  return planOf({ rates, session, run: { restored: null } }, passes, description);
}

/** The same pass so many times. */
function repeated(cost: PassCost, times: number): PassCost {
  return {
    flops: times * cost.flops,
    peakBytes: cost.peakBytes,
    work: cost.work.map((each) => ({ ...each, dispatches: times * each.dispatches })),
    streamed: times * cost.streamed,
  };
}

// ---- operators ---------------------------------------------------------------------------------------------------------------

const names: Readonly<Record<DecodedOperator, string>> = { tensor: 'tensor', jacobian: 'Jacobian' };

async function meanOperators(
  { session, options }: RelationContext,
  runs: RelationRuns,
  { operators, layers, training, gateRule }: RelationRequest,
  used: readonly Seen[],
  splits: readonly Split[],
): Promise<Means> {
  const most = Math.max(...training);
  const means = new Map<string, MeanOperator>();
  const keyOf = (...parts: readonly (string | number)[]) => parts.join(' ');
  const making = [...new Set(splits.flatMap(({ order }) => order.slice(0, most)))].sort((a, b) => a - b);
  const plans = new Map<string, OperatorPlan>();
  for (const subject of making) {
    const seen = used[subject]!;
    const { source, ids } = seen.prompt;
    for (const operator of operators) {
      throwIfAborted(options.signal);
      const place = { operator, tokens: ids.length, token: ids.length - 1, source, rule: gateRule };
      const shape = keyOf(operator, ids.length, source);
      const plan = plans.get(shape) ?? (await planOperators(session, place, layers));
      plans.set(shape, plan);
      const found = await runs.operators(seen.prompt, operator, layers, plan);
      for (const [split, { order }] of splits.entries()) {
        for (const count of training) {
          if (!order.slice(0, count).includes(subject)) continue;
          for (const [at, layer] of layers.entries()) {
            const key = keyOf(operator, split, count, layer);
            means.set(key, addOperator(means.get(key) ?? null, found[at]!, sampleOf(seen, layer)));
          }
        }
      }
    }
  }
  return { of: (...which) => means.get(keyOf(...which))! };
}

// ---- causality and directions ------------------------------------------------------------------------------------------------

async function editSubjects(
  runs: RelationRuns,
  { operators, layer, training, editRank, seed }: RelationRequest,
  used: readonly Seen[],
  splits: readonly Split[],
  means: Means,
  { program }: Session,
  options: CallOptions,
): Promise<RelationResult['causality']> {
  if (editRank === null) return [];
  const most = Math.max(...training);
  const kinds: readonly EditName[] = [...operators, 'swap', 'random'];
  const trials = new Map<EditName, Trial[]>(kinds.map((edit) => [edit, []]));
  for (const [split, { order }] of splits.slice(0, editedSplits).entries()) {
    const inverses = operators.map((operator) => decompose(means.of(operator, split, most, layer).w, program.dModel));
    const random = seededRandom(104_729 * seed + split);
    for (const subject of order.slice(most)) {
      const seen = used[subject]!;
      const others = used.filter(({ answer }) => answer !== seen.answer);
      if (others.length === 0) continue;
      const target = others[Math.floor(random() * others.length)]!;
      const wished = difference(target.o, seen.o);
      const changes = new Map<EditName, ArrayLike<number>>(
        operators.map((operator, at) => [operator, inverted(inverses[at]!, editRank, wished)]),
      );
      const size = norm(changes.get(operators[0]!)!);
      const noise = Float64Array.from({ length: program.dModel }, () => normal(random));
      const scale = size / norm(noise);
      changes.set('swap', difference(target.s.get(layer)!, seen.s.get(layer)!));
      changes.set(
        'random',
        noise.map((value) => scale * value),
      );
      for (const edit of kinds) {
        throwIfAborted(options.signal);
        const hit = (await runs.edited(seen.prompt, layer, changes.get(edit)!)) === target.answer;
        trials.get(edit)!.push({ split, subject, hit });
      }
    }
  }
  return kinds.flatMap((edit) => {
    const rate = rateOf(trials.get(edit)!);
    return rate === null ? [] : [{ edit, rate }];
  });
}

async function directionsOf(
  { session, tokenizer, names }: RelationContext,
  runs: RelationRuns,
  { operators, layer, training, directions }: RelationRequest,
  { prompt }: Seen,
  means: Means,
): Promise<Pick<RelationResult, 'singularValues' | 'directions'>> {
  const { program } = session;
  const { w } = means.of(operators[0]!, 0, Math.max(...training), layer);
  const triples = singularTriples(w, program.dModel, directions);
  const singularValues = Float32Array.from(triples.values);
  if (triples.inputs.length === 0) return { singularValues, directions: [] };
  const place = { source: prompt.source, token: prompt.ids.length - 1, to: program.blocks };
  const read = await runs.ask(prompt, (question) => readDirections({ question, tokenizer, names }, triples, place));
  return { singularValues, directions: read };
}
