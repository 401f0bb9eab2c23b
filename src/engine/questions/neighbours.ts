// Channel directions read as tokens: how strongly a direction lies along each token's embedding, and how much it moves each token's logit.

import type { Signal } from '../../program/backend';
import { headPath, linearPath } from '../../program/path';
import { embedOf, readsToken } from '../../program/program';
import { pull, push } from '../../program/readings';
import { weightPass } from '../../program/weightStream';
import { contextOf, freeing, type Question, readAndFree } from './question';

export type Scores = Float32Array | Float64Array; // [direction, token of the vocabulary or class]

/**
 * Inner products of `directions` [direction, dModel] with the rows of the embedding, as x0 holds them at `token`: times the embedding's scale, and
 * through the embedding's projection and norm, frozen there, where the model has them. null in a model of images, which has no such rows.
 */
export async function tokensRead(
  question: Question,
  directions: ArrayLike<number>,
  count: number,
  token: number,
): Promise<Scores | null> {
  const { session, run } = question;
  const { backend, program } = session;
  const embed = embedOf(program);
  if (!embed) return null;
  const context = contextOf(question, 'half');
  const path = linearPath(program, embed.output, program.hidden[0]!);
  const frozenOf = (output: string) => run.trace.frozen.get(output)!;
  const { projection } = embed;
  const adjoint = projection?.layout === 'outIn' ? 'inOut' : 'outIn';
  const start = directionsAt(question, directions, count, token);
  const used = new Set([start.data]); // one array where nothing lies between
  let scores: Signal;
  try {
    const rows = await pull(context, path, frozenOf, start, () => {});
    used.add(rows.data);
    scores = await weightPass(context, [embed]).use(0, () => {
      const along = projection ? backend.linear(rows, context.weight(projection.name), adjoint, null) : rows;
      used.add(along.data);
      // The embedding's rows are tokens, so direction · rowᵀ is a linear map stored [out, in].
      return backend.linear(along, context.weight(embed.tokens.name), 'outIn', null);
    });
  } finally {
    for (const data of used) backend.free(data);
  }
  const [values] = await readAndFree(backend, [scores.data]);
  return values!.map((value) => embed.scale * value);
}

/**
 * What `directions` [direction, dModel] at `token` add to the logits through the head, frozen as it reads blocks [0, to): [direction, class]. null
 * where no head reads the token.
 */
export async function tokensWritten(
  question: Question,
  directions: ArrayLike<number>,
  count: number,
  token: number,
  to: number,
): Promise<Scores | null> {
  const { session, run } = question;
  const { program, backend } = session;
  if (!readsToken(program, token)) return null;
  const path = headPath(program);
  const { frozenOf } = run.frozenPath([0, to], 'output');
  const start = directionsAt(question, directions, count, token);
  const scores = await freeing(backend, start, () =>
    push(contextOf(question, 'half'), path, frozenOf, start, false, () => {}),
  );
  const [values] = await readAndFree(backend, [scores.data]);
  return values!;
}

function directionsAt({ session }: Question, directions: ArrayLike<number>, columns: number, token: number): Signal {
  const { dModel } = session.program;
  const data = session.backend.upload(directions, [1, columns, dModel], 'directions');
  return { firstToken: token, tokens: 1, columns, channels: dModel, data };
}
