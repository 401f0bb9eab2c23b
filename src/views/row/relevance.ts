// The row of a method that is not T in the form of a row: what is left over stands where the bias does. Pure.

import type { AttributeResult, RowResult, Token } from '../../engine/protocol';
import type { Table } from '../shared/table';
import { spoken, tokenLabels } from '../shared/tokenText';

/** For the picture: parts of nothing have bias 0, and their sum as the total. */
export function asRow({ relevance, total, leftOver, explains, class: chosen, provenance }: AttributeResult): RowResult {
  return {
    contributions: relevance,
    bias: leftOver ?? 0,
    total: total ?? relevance.reduce((sum, value) => sum + value, 0),
    explains,
    classes: [chosen],
    rivals: [[]],
    fidelity: { completeness: null, conservation: null },
    provenance,
  };
}

/** Every source, and what is left over and of what where there is such a thing. */
export function relevanceTable(result: AttributeResult, title: string, tokens: readonly Token[]): Table {
  const labels = tokenLabels(tokens);
  const { relevance, total, leftOver, explains } = result;
  return {
    header: ['input', `${title}, ${explains}`],
    rows: [
      ...[...relevance].map((value, source): [string, number] => [spoken(labels[source]), value]),
      ...(leftOver === null ? [] : [['left over', leftOver] as const]),
      ...(total === null ? [] : [['total', total] as const]),
    ],
  };
}
