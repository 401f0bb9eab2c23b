// What a target explains: its direction in logit space, pulled back through the head to the output, with the constant that the head's own biases
// bring. For a range that ends early the logits are those of the logit lens; the class is always one of the model's own prediction.
// Functions on several targets want them at consecutive tokens: they share one vocabulary-sized array. A classifier has one target, which is
// addressed as token 0, where its one row of logits stands.

import { type LogitDirection, logitDirection } from '../../attribution/directions';
import type { Signal } from '../../program/backend';
import { headPath } from '../../program/path';
import { pull, push } from '../../program/readings';
import { UserError } from '../../tensor/errors';
import { rowsAtOnce } from '../budget';
import type { Direction, Scope, Target } from '../protocol';
import { biasOf } from './bias';
import { logitRows, tokensBehind, topOf } from './logits';
import { checkToken, contextOf, freeing, type Question, readAndFree } from './question';

export interface Explained {
  readonly token: number;
  readonly direction: LogitDirection;
}

/** Spells a class of the vocabulary. */
export type Word = (id: number) => string;

/** The direction of a target; `to` is the end of the layer range. */
export async function explain(question: Question, target: Target, to: number, word: Word): Promise<Explained> {
  checkToken(question, target.token, 'output token');
  const [explained] = await explainTokens(question, target.token, 1, target.class, target.direction, to, word);
  return explained!;
}

/** The directions of `count` tokens from `first` on; class null: each token's own top prediction. */
export async function explainTokens(
  question: Question,
  first: number,
  count: number,
  chosen: number | null,
  asked: Direction,
  to: number,
  word: Word,
): Promise<Explained[]> {
  const { blocks, classes, reads, logitSoftCap } = question.session.program;
  if (reads !== null && (first !== 0 || count !== 1)) {
    throw new UserError(
      'bad-request',
      'This classifier has one row of classes for its whole input, addressed as token 0: explain that one.',
    );
  }
  const explained: Explained[] = [];
  for (const [start, rows] of chunks(first, count, rowsAtOnce(classes))) {
    const own = await logitRows(question, blocks, start, rows);
    const read = to === blocks ? own : await logitRows(question, to, start, rows);
    for (let row = 0; row < rows; row++) {
      const [top, second] = topOf(own.subarray(row * classes, (row + 1) * classes), 2);
      const named = chosen ?? top!;
      const runnerUp = named === top ? second! : top!;
      const direction = chosen === null ? ownContrast(asked, named, runnerUp) : namedContrast(asked, runnerUp);
      const logits = read.subarray(row * classes, (row + 1) * classes);
      explained.push({ token: start + row, direction: logitDirection(logits, named, direction, word, logitSoftCap) });
    }
  }
  return explained;
}

/** Without named rivals a class is contrasted with the model's own best other class, also under the lens. */
function namedContrast(asked: Direction, runnerUp: number): Direction {
  return asked.kind === 'contrast' && asked.rivals.length === 0 ? { kind: 'contrast', rivals: [runnerUp] } : asked;
}

/** Where every token explains its own prediction, that one drops out of the rivals. */
function ownContrast(asked: Direction, own: number, runnerUp: number): Direction {
  if (asked.kind !== 'contrast') return asked;
  return namedContrast({ kind: 'contrast', rivals: asked.rivals.filter((rival) => rival !== own) }, runnerUp);
}

/** Cotangents on the logits of targets at consecutive tokens, one column. The caller frees them. */
export function cotangentsOf({ session }: Question, explained: readonly Explained[]): Signal {
  const { classes } = session.program;
  const values = new Float64Array(explained.length * classes);
  for (const [row, { direction }] of explained.entries()) values.set(direction.cotangent, row * classes);
  const data = session.backend.upload(values, [explained.length, 1, classes], 'cotangents of the logits');
  return { firstToken: explained[0]!.token, tokens: explained.length, columns: 1, channels: classes, data };
}

/** u: the cotangent on the output (after the final norm) of every target, [target, dModel]; of a classifier's at every token, [token, dModel]. */
export async function outputDirections(
  question: Question,
  to: number,
  explained: readonly Explained[],
): Promise<Float64Array> {
  const { session, run } = question;
  const { backend, program } = session;
  const path = headPath(program);
  const { frozenOf } = run.frozenPath([0, to], 'output');
  const [, tokens] = tokensBehind(question, 0, explained.length);
  const out = new Float64Array(tokens * program.dModel);
  for (const [start, rows] of chunks(0, explained.length, rowsAtOnce(program.classes))) {
    const cotangents = cotangentsOf(question, explained.slice(start, start + rows));
    const u = await freeing(backend, cotangents, () =>
      pull(contextOf(question, 'half'), path, frozenOf, cotangents, () => {}),
    );
    const [values] = await readAndFree(backend, [u.data]);
    out.set(values!, start * program.dModel);
  }
  return out;
}

/** c · (the logits that biases alone bring): B of the scope at each target, pushed through the head with the head's own biases. */
export async function biasShares(
  question: Question,
  scope: Scope,
  explained: readonly Explained[],
): Promise<Float64Array> {
  const { session, run } = question;
  const { backend, program } = session;
  const { dModel, classes } = program;
  const bias = await biasOf(question, scope, 'output');
  const path = headPath(program);
  const { frozenOf } = run.frozenPath(scope.range, 'output');
  const shares = new Float64Array(explained.length);
  for (const [start, rows] of chunks(0, explained.length, rowsAtOnce(classes))) {
    const [firstToken, tokens] = tokensBehind(question, explained[start]!.token, rows);
    const values = bias.subarray(firstToken * dModel, (firstToken + tokens) * dModel);
    const data = backend.upload(values, [tokens, 1, dModel], 'bias at the targets');
    const signal = { firstToken, tokens, columns: 1, channels: dModel, data };
    const logits = await freeing(backend, signal, () =>
      push(contextOf(question, scope.gateRule), path, frozenOf, signal, true, () => {}),
    );
    const [read] = await readAndFree(backend, [logits.data]);
    for (let row = 0; row < rows; row++) {
      const { cotangent } = explained[start + row]!.direction;
      for (let v = 0; v < classes; v++) shares[start + row]! += cotangent[v]! * read![row * classes + v]!;
    }
  }
  return shares;
}

function* chunks(first: number, count: number, size: number): Generator<[start: number, count: number]> {
  for (let at = 0; at < count; at += size) yield [first + at, Math.min(size, count - at)];
}
