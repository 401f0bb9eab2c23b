// How the row of a target builds up over the blocks, with two different questions: `from` shows what the residual stream after l blocks brings to
// the target (blocks [l, N), one pull for all l); `upTo` explains the logit lens after l blocks in terms of the prompt (blocks [0, l)).

import { conservationError } from '../../attribution/conservation';
import { leftOver } from '../../attribution/gradientTimesInput';
import type { DeviceArray, Signal } from '../../program/backend';
import type { GateRule, OperatorName, Plan, Target } from '../protocol';
import { backwardOf } from './backward';
import { biasShares, cotangentsOf, explain, type Word } from './explained';
import { checkpointOf, joinPlans, planOf, type Question, readAndFree } from './question';
import { rowOf } from './row';

/** Row l of each: l blocks before (`from`) or included (`upTo`), l = 0 … blocks. */
export interface LayerRows {
  readonly contributions: Float64Array; // [layer, source]
  readonly bias: Float64Array; // [layer]
  readonly total: Float64Array; // [layer]
  readonly conservation: number;
  readonly explains: string;
  readonly plan: Plan;
}

export async function layersUpTo(
  question: Question,
  target: Target,
  gateRule: GateRule,
  word: Word,
  operator: OperatorName = 'tensor',
): Promise<LayerRows> {
  const { blocks } = question.session.program;
  const rows = [];
  let explains = '';
  for (let to = 0; to <= blocks; to++) {
    const explained = await explain(question, target, to, word);
    explains = explained.direction.words;
    rows.push(await rowOf(question, { range: [0, to], gateRule, operator }, explained));
  }
  const tokens = question.run.trace.tokens;
  const contributions = new Float64Array(rows.length * tokens);
  for (const [layer, row] of rows.entries()) contributions.set(row.contributions, layer * tokens);
  const plan = joinPlans(
    rows.map((row) => row.plan),
    `one cotangent pulled through each of ${rows.length} ranges`,
  );
  return assemble(
    contributions,
    rows.map((row) => row.bias),
    rows.map((row) => row.total),
    explains,
    plan,
  );
}

export async function layersFrom(
  question: Question,
  target: Target,
  gateRule: GateRule,
  word: Word,
  operator: OperatorName = 'tensor',
): Promise<LayerRows> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const explained = await explain(question, target, program.blocks, word);
  const backward = backwardOf(question, [0, program.blocks], 'logits', operator, gateRule);
  const plan = planOf(question, [await backward.cost(target.token, 1, 1)], 'one cotangent pulled through all blocks');
  const dots = new Map<number, { firstToken: number; values: DeviceArray }>();
  const tap = (layer: number, g: Signal) =>
    dots.set(layer, { firstToken: g.firstToken, values: backend.dot(g, run.trace.hidden[layer]!) });
  const start = cotangentsOf(question, [explained]);
  try {
    const g = await backward.pull(
      start,
      checkpointOf(question, 'layers', plan),
      new Map(program.hidden.map((name, layer) => [name, (cotangent) => tap(layer, cotangent)])),
    );
    tap(0, g);
    backend.free(g.data);
  } catch (error) {
    for (const { values } of dots.values()) backend.free(values);
    throw error;
  } finally {
    backend.free(start.data);
  }
  const layers = Array.from({ length: program.blocks + 1 }, (_, layer) => dots.get(layer)!);
  const values = await readAndFree(
    backend,
    layers.map((layer) => layer.values),
  );
  const contributions = new Float64Array(layers.length * tokens);
  for (const [layer, { firstToken }] of layers.entries())
    contributions.set(values[layer]!, layer * tokens + firstToken);
  const bias: number[] = [];
  const { conserves } = explained.direction;
  for (let from = 0; from <= program.blocks; from++) {
    if (operator === 'tensor')
      bias.push(...(await biasShares(question, { range: [from, program.blocks], gateRule }, [explained])));
    else bias.push(leftOver(contributions.subarray(from * tokens, (from + 1) * tokens), conserves));
  }
  const total = layers.map(() => conserves);
  return assemble(contributions, bias, total, explained.direction.words, plan);
}

function assemble(
  contributions: Float64Array,
  bias: readonly number[],
  total: readonly number[],
  explains: string,
  plan: Plan,
): LayerRows {
  const identity = { bias: Float64Array.from(bias), total: Float64Array.from(total) };
  return { contributions, ...identity, conservation: conservationError(contributions, identity), explains, plan };
}
