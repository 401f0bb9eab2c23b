// out[t] = table[indices[t]]: embeddings.

export function gatherRows(
  table: Float64Array, // [row, channel]
  indices: ArrayLike<number>, // [token]
  channels: number,
): Float64Array {
  const rows = table.length / channels;
  const out = new Float64Array(indices.length * channels); // [token, channel]
  for (let t = 0; t < indices.length; t++) {
    const row = indices[t]!;
    if (!(Number.isInteger(row) && row >= 0 && row < rows))
      throw new RangeError(`row ${row} is not in a table of ${rows}`);
    for (let d = 0; d < channels; d++) out[t * channels + d] = table[row * channels + d]!;
  }
  return out;
}
