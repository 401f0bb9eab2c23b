// Rotary positions on a signal with any number of columns, and their adjoint, which turns every pair back:  (a, b) ↦ (a cos + b sin, b cos − a sin).

import { type Rotary, rotary } from './rotary';
import type { SignalSize } from './sizes';

export function turn(
  x: Float64Array, // [token, column, (head, dHead)]
  table: Rotary, // the tokens of x
  dHead: number,
  back: boolean,
  { columns, channels }: SignalSize,
): Float64Array {
  // Columns lie beside each other as heads do, so they may be taken for more heads.
  const turned = back ? { ...table, sin: table.sin.map((value) => -value) } : table;
  return rotary(x, turned, (columns * channels) / dHead, dHead);
}
