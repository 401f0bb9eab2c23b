// How well an operator predicts the explained number F when the input moves by E (docs/formulas.md 8):  R(E) = F(x + E) − F(x) − o · E,  o the row of
// the operator. T accounts for the value at x, it is not a local predictor: R is of the order of |E|. The row of the Jacobian leaves only O(|E|²).
// What this is not: a fault of T. What T answers is what the value consists of, not how it would change.

/** [source, channel], of the length `size` over all numbers: a seeded direction in which every token up to `last` moves. */
export function perturbation(
  random: () => number,
  { tokens, channels, last, size }: { tokens: number; channels: number; last: number; size: number },
): Float64Array {
  const move = new Float64Array(tokens * channels);
  let squares = 0;
  for (let at = 0; at < (last + 1) * channels; at++) {
    move[at] = 2 * random() - 1;
    squares += move[at]! ** 2;
  }
  return move.map((value) => (value * size) / Math.sqrt(squares));
}

/** R(E), from F(x + E) − F(x) and the row of the operator. */
export function remainder(change: number, row: ArrayLike<number>, move: ArrayLike<number>): number {
  let predicted = 0;
  for (let at = 0; at < row.length; at++) predicted += row[at]! * move[at]!;
  return change - predicted;
}
