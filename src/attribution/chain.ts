// Matrices over (output token, input token) of one block each, multiplied through the blocks: what rollouts, GlobEnc and ALTI share.

/** Entry k is the product blocks[k] ⋯ blocks[0]: the later block on the left. */
export function chain(blocks: readonly Float64Array[], length: number): Float64Array[] {
  const prefixes: Float64Array[] = [];
  for (const block of blocks) {
    const before = prefixes.at(-1);
    prefixes.push(before ? product(block, before, length) : Float64Array.from(block));
  }
  return prefixes;
}

/** Rows divided by their sums. A row without any weight goes to its own token: it would be 0/0, and no source is better than another. */
export function withRowSumOne(matrix: ArrayLike<number>, length: number): Float64Array {
  const out = Float64Array.from(matrix);
  for (let i = 0; i < length; i++) {
    const row = out.subarray(i * length, (i + 1) * length);
    const sum = row.reduce((total, value) => total + value, 0);
    if (sum === 0) row[i] = 1;
    else for (let j = 0; j < length; j++) row[j]! /= sum;
  }
  return out;
}

function product(a: Float64Array, b: Float64Array, length: number): Float64Array {
  const out = new Float64Array(length * length);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < length; k++) {
      const weight = a[i * length + k]!;
      for (let j = 0; j < length; j++) out[i * length + j]! += weight * b[k * length + j]!;
    }
  }
  return out;
}
