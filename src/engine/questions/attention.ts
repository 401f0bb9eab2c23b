// Maps of attention alone: raw patterns, rollout, attention flow. They see no values, no feed-forward layers and no cancellation.

import { attentionFlow, type FlowResult } from '../../attribution/flow';
import { rawAttention } from '../../attribution/rawAttention';
import { rollout, withResidual } from '../../attribution/rollout';
import { UserError } from '../../tensor/errors';
import type { LayerRange } from '../protocol';
import type { Question } from './question';

/** [head, query, key] of one block. */
export function patternOf({ session, run }: Question, block: number): Promise<Float32Array | Float64Array> {
  const name = session.program.patterns[block];
  if (!name) {
    const last = session.program.blocks - 1;
    throw new UserError('bad-request', `There is no block ${block}: this model has blocks 0 to ${last}.`);
  }
  return run.shared(`pattern ${block}`, () =>
    run.inBlock(block, (frozenOf) => session.backend.read(frozenOf(name).pattern!)),
  );
}

/** One head, the largest of all, or their mean when `head` is null: [query, key]. */
export async function attentionMap(
  question: Question,
  block: number,
  head: number | 'max' | null,
): Promise<Float64Array> {
  const { heads } = question.session.program;
  if (typeof head === 'number' && !(Number.isInteger(head) && head >= 0 && head < heads)) {
    throw new UserError('bad-request', `There is no head ${head}: this model has heads 0 to ${heads - 1}.`);
  }
  return rawAttention(await patternOf(question, block), heads, head ?? 'mean');
}

async function residualBlocks(question: Question, [from, to]: LayerRange): Promise<Float64Array[]> {
  const { heads } = question.session.program;
  const blocks = Array.from({ length: to - from }, (_, at) => patternOf(question, from + at));
  return (await Promise.all(blocks)).map((pattern) => withResidual(pattern, heads, question.run.trace.tokens));
}

/** Rollout up to every block of the range. */
export async function rolloutMaps(question: Question, range: LayerRange): Promise<Float64Array[]> {
  return rollout(await residualBlocks(question, range), question.run.trace.tokens);
}

/** All pairs; shared, so that asking again costs nothing. Progress and cancellation are those of the first question. */
export async function flowMap(question: Question, range: LayerRange): Promise<FlowResult> {
  const { run, session, options } = question;
  const key = `flow ${range.join(':')}`;
  const known = run.notes.get(key) as FlowResult | undefined;
  if (known) return known;
  const signal = options.signal ? AbortSignal.any([options.signal, run.signal]) : run.signal;
  const flow = await attentionFlow(await residualBlocks(question, range), run.trace.tokens, session.program.causal, {
    signal,
    onProgress: (share) => options.onProgress?.({ name: 'attention flow', share, plan: null }),
  });
  run.notes.set(key, flow);
  return flow;
}
