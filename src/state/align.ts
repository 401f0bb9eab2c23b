// Which tokens of two prompts belong together: a global alignment (Needleman and Wunsch 1970) in which equal tokens attract, a replaced token
// costs nothing, and a token without a partner costs one. So "mary" against "john" at the same place are a pair, and an added word moves the rest along.

import type { Token } from '../engine/protocol';

/** Positions of one pair. */
export interface Aligned {
  readonly left: number;
  readonly right: number;
  /** The same piece on both sides. */
  readonly same: boolean;
}

const equal = 3;
const replaced = 0;
const gap = -1;

/** Rising on both sides. Compares pieces, so that two vocabularies can be aligned as well. */
export function alignTokens(left: readonly Pick<Token, 'piece'>[], right: readonly Pick<Token, 'piece'>[]): Aligned[] {
  const cols = right.length + 1;
  const best = new Int32Array((left.length + 1) * cols);
  for (let j = 1; j < cols; j++) best[j] = j * gap;
  const pairScore = (i: number, j: number) => (left[i]!.piece === right[j]!.piece ? equal : replaced);
  for (let i = 1; i <= left.length; i++) {
    best[i * cols] = i * gap;
    for (let j = 1; j < cols; j++) {
      best[i * cols + j] = Math.max(
        best[(i - 1) * cols + j - 1]! + pairScore(i - 1, j - 1),
        best[(i - 1) * cols + j]! + gap,
        best[i * cols + j - 1]! + gap,
      );
    }
  }
  const pairs: Aligned[] = [];
  let [i, j] = [left.length, right.length];
  while (i > 0 && j > 0) {
    const here = best[i * cols + j]!;
    const same = left[i - 1]!.piece === right[j - 1]!.piece;
    // Where it is all the same, a token without a partner stands after a replaced one.
    if (!same && here === best[i * cols + j - 1]! + gap) j--;
    else if (!same && here === best[(i - 1) * cols + j]! + gap) i--;
    else if (here === best[(i - 1) * cols + j - 1]! + pairScore(i - 1, j - 1)) {
      i--;
      j--;
      pairs.push({ left: i, right: j, same });
    } else if (here === best[(i - 1) * cols + j]! + gap) i--;
    else j--;
  }
  return pairs.reverse();
}
