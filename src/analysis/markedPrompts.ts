// Prompts whose evidence is marked by hand: "[…]" around the words that carry the answer, "{…}" around a decoy (fixtures/prompts). The marks are taken out of
// the text; what they covered is kept as character ranges, for the tokens of any model.

import type { RunSummary } from '../engine/protocol';
import { UserError } from '../tensor/errors';

/** Characters of the text without marks, in UTF-16 units. */
export type Range = readonly [start: number, end: number];

export interface MarkedPrompt {
  readonly text: string;
  readonly evidence: readonly Range[];
  readonly decoys: readonly Range[];
}

/** UserError 'bad-request' where a mark is not closed, or nothing is marked as evidence. */
export function readMarked(line: string): MarkedPrompt {
  const evidence: Range[] = [];
  const decoys: Range[] = [];
  let text = '';
  let rest = line;
  for (let mark = /[[{]/.exec(rest); mark; mark = /[[{]/.exec(rest)) {
    const closing = rest.indexOf(mark[0] === '[' ? ']' : '}', mark.index);
    if (closing === -1) throw new UserError('bad-request', `The mark ${mark[0]} is not closed in “${line}”.`);
    text += rest.slice(0, mark.index);
    const start = text.length;
    text += rest.slice(mark.index + 1, closing);
    (mark[0] === '[' ? evidence : decoys).push([start, text.length]);
    rest = rest.slice(closing + 1);
  }
  if (evidence.length === 0)
    throw new UserError('bad-request', `No evidence is marked in “${line}”: put […] around it.`);
  return { text: text + rest, evidence, decoys };
}

/** Tokens of a run that stand for any character of the ranges. */
export function tokensIn({ tokens }: Pick<RunSummary, 'tokens'>, ranges: readonly Range[]): number[] {
  const covers = (range: Range | undefined) =>
    range !== undefined && ranges.some(([start, end]) => range[0] < end && range[1] > start);
  return tokens.flatMap(({ range }, at) => (covers(range) ? [at] : []));
}
