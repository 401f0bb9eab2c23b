// Two results over two prompts on the tokens that belong together. Pure.

import type { Token } from '../../engine/protocol';
import type { Aligned } from '../../state/align';
import type { Matrix } from '../../tensor/matrix';

/** The rows and columns of an L×L map at these positions, in this order. */
export function restricted(matrix: Matrix, positions: readonly number[]): Matrix {
  const size = positions.length;
  const data = new Float32Array(size * size);
  for (const [i, row] of positions.entries()) {
    for (const [j, col] of positions.entries()) data[i * size + j] = matrix.data[row * matrix.cols.length + col]!;
  }
  const axis = ({ name, labels }: Matrix['rows']): Matrix['rows'] => ({
    name,
    length: size,
    ...(labels && { labels: positions.map((at) => labels[at]!) }),
  });
  return { ...matrix, data, rows: axis(matrix.rows), cols: axis(matrix.cols) };
}

/** Of every pair the left token; a replaced one names both. */
export function pairedTokens(pairs: readonly Aligned[], left: readonly Token[], right: readonly Token[]): Token[] {
  return pairs.map((pair) => {
    const token = left[pair.left]!;
    return pair.same ? token : { ...token, piece: `${token.piece}→${right[pair.right]!.piece}` };
  });
}

/** One line of two rows side by side; a token without a partner has one number. */
export interface Beside {
  readonly left: number | null;
  readonly right: number | null;
  readonly leftValue: number | null;
  readonly rightValue: number | null;
  /** right − left; a missing token counts as 0. */
  readonly difference: number;
}

/** Every token of both sides once, in reading order: partners in one line. */
export function besideEachOther(
  pairs: readonly Aligned[],
  left: ArrayLike<number>,
  right: ArrayLike<number>,
): Beside[] {
  const lines: Beside[] = [];
  const add = (l: number | null, r: number | null) => {
    const leftValue = l === null ? null : left[l]!;
    const rightValue = r === null ? null : right[r]!;
    lines.push({ left: l, right: r, leftValue, rightValue, difference: (rightValue ?? 0) - (leftValue ?? 0) });
  };
  let [l, r] = [0, 0];
  for (const pair of [...pairs, { left: left.length, right: right.length }]) {
    while (l < pair.left) add(l++, null);
    while (r < pair.right) add(null, r++);
    if (l < left.length && r < right.length) add(l++, r++);
  }
  return lines;
}
