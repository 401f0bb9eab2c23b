// Logits of asked rows, and predictions from them. A vocabulary-sized array is made only for the rows that are asked for.

import { headPath } from '../../program/path';
import { push } from '../../program/readings';
import { rowsAtOnce } from '../budget';
import { contextOf, freeing, type Question, readAndFree } from './question';

/** Tokens of y that the logits at `count` tokens from `first` on are made of: those tokens, or all of them for a classifier's one row. */
export function tokensBehind({ session, run }: Question, first: number, count: number): readonly [number, number] {
  return session.program.reads === null ? [first, count] : [0, run.trace.tokens];
}

/**
 * The model's own logits [count, class] of the tokens first … first + count − 1: after the soft cap, where it has one. What predictions and
 * probabilities are read from.
 */
export async function modelLogits(question: Question, first: number, count: number): Promise<Float64Array> {
  const { blocks, logitSoftCap } = question.session.program;
  const raw = await logitRows(question, blocks, first, count);
  return logitSoftCap === null ? raw : raw.map((logit) => logitSoftCap * Math.tanh(logit / logitSoftCap));
}

/**
 * Logits [count, class] before any soft cap, which is what the tensor explains, of the tokens first … first + count − 1, read out after block `to` − 1.
 */
export async function logitRows(question: Question, to: number, first: number, count: number): Promise<Float64Array> {
  const { session, run } = question;
  const { backend, program } = session;
  const path = headPath(program);
  const { frozenOf } = run.frozenPath([0, to], 'output');
  const outputs = await run.shared(`read-out ${to}`, () => backend.read(run.readOutAt(to).data));
  const logits = new Float64Array(count * program.classes);
  const step = rowsAtOnce(program.classes);
  for (let at = 0; at < count; at += step) {
    const [firstToken, tokens] = tokensBehind(question, first + at, Math.min(step, count - at));
    const rows = outputs.subarray(firstToken * program.dModel, (firstToken + tokens) * program.dModel);
    const data = backend.upload(rows, [tokens, 1, program.dModel], 'rows to read out');
    const start = { firstToken, tokens, columns: 1, channels: program.dModel, data };
    const value = await freeing(backend, start, () =>
      push(contextOf(question, 'half'), path, frozenOf, start, true, () => {}),
    );
    const [values] = await readAndFree(backend, [value.data]);
    logits.set(values!, at * program.classes);
  }
  return logits;
}

/** Indices of the k largest, best first; ties by index. */
export function topOf(values: ArrayLike<number>, k: number): number[] {
  const top: number[] = [];
  for (let index = 0; index < values.length; index++) {
    if (top.length === k && !(values[index]! > values[top[k - 1]!]!)) continue;
    let at = top.length;
    while (at > 0 && values[index]! > values[top[at - 1]!]!) at--;
    top.splice(at, 0, index);
    if (top.length > k) top.pop();
  }
  return top;
}

/** log Σ exp, stable. */
export function logSumExp(values: ArrayLike<number>): number {
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) peak = Math.max(peak, values[i]!);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - peak);
  return peak + Math.log(sum);
}
