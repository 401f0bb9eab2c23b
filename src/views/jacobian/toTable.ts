// T beside J as tables. Pure.

import type { BesideResult, RemainderResult, Token } from '../../engine/protocol';
import type { Table } from '../shared/table';
import { spoken, tokenLabels } from '../shared/tokenText';

export function normsTable({ tensor, jacobian, difference }: BesideResult, tokens: readonly Token[]): Table {
  const labels = tokenLabels(tokens);
  return {
    header: ['input', '‖T_ij‖', '‖J_ij‖', '‖J_ij − T_ij‖'],
    rows: [...tensor.keys()].map((source) => [
      spoken(labels[source]),
      tensor[source]!,
      jacobian[source]!,
      difference[source]!,
    ]),
  };
}

/** Every direction at every size. */
export function remainderTable(sizes: readonly number[], { change, tensor, jacobian }: RemainderResult): Table {
  const directions = change.length / sizes.length;
  return {
    header: ['size, direction', '|E| / |x|', '|change|', 'left over by T', 'left over by J'],
    rows: [...change.keys()].map((at) => {
      const size = sizes[Math.floor(at / directions)]!;
      return [`${size}, ${(at % directions) + 1}`, size, change[at]!, tensor[at]!, jacobian[at]!];
    }),
  };
}
