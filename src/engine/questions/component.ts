// What one component adds to the residual stream at a token, read through the logit lens: the final norm with its true scale there, and the head.

import type { Signal } from '../../program/backend';
import { linearPath, type Path, rangePath } from '../../program/path';
import type { ValueName } from '../../program/program';
import { push } from '../../program/readings';
import { attentionSublayer, ffnSublayer } from '../../program/sublayers';
import { UserError } from '../../tensor/errors';
import type { ComponentRequest } from '../protocol';
import { checkBlock } from './attentionVectors';
import { tokensWritten } from './neighbours';
import { checkToken, contextOf, type Question } from './question';

export interface ComponentTokens {
  /** Per class, less the mean over all; null: no head reads the token. */
  readonly scores: Float64Array | null;
  /** ‖what the component adds‖₂, behind the norms of a post-norm block. */
  readonly length: number;
}

export async function componentTokens(
  question: Question,
  { block, part, token }: ComponentRequest,
): Promise<ComponentTokens> {
  checkBlock(question, block);
  checkToken(question, token, 'output token');
  const { session, run } = question;
  const { program, backend } = session;
  const context = contextOf(question, 'half'); // the gate's true value is the same under every rule
  const frozenOf = (name: ValueName) => run.trace.frozen.get(name) ?? {};
  const owned: Signal[] = [];
  const along = async (path: Path, start: Signal, bias: boolean): Promise<Signal> => {
    if (path.ops.length === 0) return start;
    const end = await push(context, path, frozenOf, start, bias, () => {});
    owned.push(end);
    return end;
  };
  const attention = attentionSublayer(program, block);
  const ffn = ffnSublayer(program, block);
  const { heads, dHead } = attention.mix;
  if (typeof part === 'number' && !(Number.isInteger(part) && part >= 0 && part < heads)) {
    throw new UserError('bad-request', `There is no head ${part}: block ${block} has heads 0 to ${heads - 1}.`);
  }
  const sum = part === 'ffn' ? ffn.sum : attention.sum;
  const from = typeof part === 'number' ? attention.mix.output : sum.right;
  try {
    const X = run.trace.hidden[block]!;
    const whole = await along(linearPath(program, attention.input, from), X, true);
    const channels = whole.channels;
    const values = (await backend.read(whole.data)).slice(token * channels, (token + 1) * channels);
    if (typeof part === 'number') {
      const [first, end] = [part * dHead, (part + 1) * dHead];
      for (let c = 0; c < channels; c++) if (c < first || c >= end) values[c] = 0;
    }
    const data = backend.upload(values, [1, 1, channels], 'component');
    const start: Signal = { firstToken: token, tokens: 1, columns: 1, channels, data };
    owned.push(start);
    const added = await along(linearPath(program, from, sum.right), start, false);
    const norm = part === 'ffn' ? attention.postNorms?.ffn : attention.postNorms?.attention;
    const inStream = await along(linearPath(program, sum.output, norm?.output ?? sum.output), added, false);
    const vector = await backend.read(inStream.data);
    const { blocks } = program;
    const output = await along(rangePath(program, blocks, blocks, 'output'), inStream, false);
    const scores = await tokensWritten(question, await backend.read(output.data), 1, token, blocks);
    const mean = sumOf(scores ?? [], (score) => score) / (scores?.length ?? 1);
    return {
      scores: scores && Float64Array.from(scores, (score) => score - mean),
      length: Math.sqrt(sumOf(vector, (value) => value ** 2)),
    };
  } finally {
    for (const { data } of owned) backend.free(data);
  }
}

function sumOf(values: ArrayLike<number>, of: (value: number) => number): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += of(values[at]!);
  return total;
}
