// Rows (token, column) of a signal, and of a staggered one, whose column s begins at token s of its window: before it there is nothing to store.

import type { Signal } from './backend';

type Extent = Pick<Signal, 'tokens' | 'columns' | 'staggered'>;

/** Rows before a token, counted from the first of the window. */
export function rowsBefore(token: number, { columns, staggered }: Pick<Extent, 'columns' | 'staggered'>): number {
  if (!staggered) return token * columns;
  const rising = Math.min(token, columns);
  return (rising * (rising + 1)) / 2 + (token - rising) * columns;
}

export function rowsOf(x: Extent): number {
  return rowsBefore(x.tokens, x);
}

/** Of the array that holds a signal. */
export function shapeOf(x: Extent & Pick<Signal, 'channels'>): number[] {
  return x.staggered ? [rowsOf(x), 1, x.channels] : [x.tokens, x.columns, x.channels];
}

/** Calls with every row in order: its token, from the first of the window on, and its column. */
export function eachRow(x: Extent, call: (row: number, token: number, column: number) => void): void {
  let row = 0;
  for (let token = 0; token < x.tokens; token++) {
    const columns = x.staggered ? Math.min(x.columns, token + 1) : x.columns;
    for (let column = 0; column < columns; column++) call(row++, token, column);
  }
}
