// Cotangents at one token: column s is the unit vector of channel firstChannel + s. [column, channel]

export function unitVectors(channels: number, firstChannel: number, columns: number): Float64Array {
  const out = new Float64Array(columns * channels);
  for (let s = 0; s < columns; s++) out[s * channels + firstChannel + s] = 1;
  return out;
}
