// apart[j, h, (h', c)] = values[j, (g(h), c)] where h = h', else 0: what each query head sees of token j, in a column of its own.

import { type HeadSize, kvHeadOf } from './sizes';

export function headsApart(
  values: Float64Array, // [token, (kvHead, dHead)]
  tokens: number,
  size: HeadSize,
): Float64Array {
  const { heads, kvHeads, dHead } = size;
  const apart = new Float64Array(tokens * heads * heads * dHead); // [token, head, (head, dHead)]
  for (let j = 0; j < tokens; j++) {
    for (let h = 0; h < heads; h++) {
      const from = (j * kvHeads + kvHeadOf(h, size)) * dHead;
      const to = ((j * heads + h) * heads + h) * dHead;
      for (let c = 0; c < dHead; c++) apart[to + c] = values[from + c]!;
    }
  }
  return apart;
}
