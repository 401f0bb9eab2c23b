// Raw attention of one block (docs/formulas.md 4): one head, or the mean or the largest over the heads. It is where the block looks, not what it
// does with what it sees.

/** A head by its number, or what is done over all of them. */
export type HeadChoice = number | 'mean' | 'max';

/** pattern [head, query, key] → [query, key]. The head must exist. */
export function rawAttention(pattern: ArrayLike<number>, heads: number, choice: HeadChoice): Float64Array {
  const size = pattern.length / heads;
  const out = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    if (typeof choice === 'number') out[at] = pattern[choice * size + at]!;
    else if (choice === 'max') for (let h = 0; h < heads; h++) out[at] = Math.max(out[at]!, pattern[h * size + at]!);
    else for (let h = 0; h < heads; h++) out[at]! += pattern[h * size + at]! / heads;
  }
  return out;
}
