// What a target explains: its direction in logit space, pulled back through the head to the output, with the constant that the head's own biases
// bring. For a range that ends early the logits are those of the logit lens; the class is always one of the model's own prediction.

import { type LogitDirection, logitDirection } from '../../attribution/directions';
import type { Signal } from '../../program/backend';
import { linearPath } from '../../program/path';
import { pull, push } from '../../program/readings';
import type { Scope, Target } from '../protocol';
import { biasOf } from './bias';
import { logitRows, topOf } from './logits';
import { checkToken, contextOf, type Question, readAndFree } from './question';

export interface Explained {
  readonly target: Target;
  readonly direction: LogitDirection;
}

/** Spells a class of the vocabulary. */
export type Word = (id: number) => string;

/** The direction of a target; `to` is the end of the layer range. */
export async function explain(question: Question, target: Target, to: number, word: Word): Promise<Explained> {
  checkToken(question, target.token, 'output token');
  const { blocks } = question.session.program;
  const own = await logitRows(question, blocks, target.token, 1);
  const [top, second] = topOf(own, 2);
  const chosen = target.class ?? top!;
  const runnerUp = chosen === top ? second! : top!;
  const { direction: asked } = target;
  const direction =
    asked.kind === 'contrast' && asked.rivals.length === 0
      ? ({ kind: 'contrast', rivals: [runnerUp] } as const)
      : asked;
  const logits = to === blocks ? own : await logitRows(question, to, target.token, 1);
  return { target, direction: logitDirection(logits, chosen, direction, word) };
}

/** The cotangent of one target on the logits: one token, one column, the vocabulary as channels. The caller frees it. */
export function cotangentOf({ session }: Question, { target, direction }: Explained): Signal {
  const { vocab } = session.program;
  const data = session.backend.upload(direction.cotangent, [1, 1, vocab], 'cotangent of the logits');
  return { firstToken: target.token, tokens: 1, columns: 1, channels: vocab, data };
}

/** u: the cotangent on the output (after the final norm) of every target, [target, dModel]. */
export async function outputDirections(
  question: Question,
  to: number,
  explained: readonly Explained[],
): Promise<Float64Array> {
  const { session, run } = question;
  const { backend, program } = session;
  const path = linearPath(program, program.output, program.logits);
  const { frozenOf } = run.frozenPath([0, to], 'output');
  const out = new Float64Array(explained.length * program.dModel);
  for (const [row, one] of explained.entries()) {
    const start = cotangentOf(question, one);
    const u = await pull(contextOf(question, 'half'), path, frozenOf, start, () => {});
    backend.free(start.data);
    const [values] = await readAndFree(backend, [u.data]);
    out.set(values!, row * program.dModel);
  }
  return out;
}

/** c · (the logits that biases alone bring): B of the scope at the target's token, pushed through the head with the head's own biases. */
export async function biasShare(question: Question, scope: Scope, { target, direction }: Explained): Promise<number> {
  const { session, run } = question;
  const { backend, program } = session;
  const bias = await biasOf(question, scope, 'output');
  const row = bias.subarray(target.token * program.dModel, (target.token + 1) * program.dModel);
  const data = backend.upload(row, [1, 1, program.dModel], 'bias at the target');
  const start = { firstToken: target.token, tokens: 1, columns: 1, channels: program.dModel, data };
  const path = linearPath(program, program.output, program.logits);
  const { frozenOf } = run.frozenPath(scope.range, 'output');
  const logits = await push(contextOf(question, scope.gateRule), path, frozenOf, start, true, () => {});
  backend.free(data);
  const [values] = await readAndFree(backend, [logits.data]);
  let share = 0;
  for (let v = 0; v < program.vocab; v++) share += direction.cotangent[v]! * values![v]!;
  return share;
}
