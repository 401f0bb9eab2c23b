// RMS norm of every head's channels by themselves: y = gain ⊙ x / √(mean x² + eps), the mean over the channels of one head. What queries and keys go
// through before the rotary positions in some models; it is never read linearly.

export function headNorm(
  x: Float64Array, // [token, (head, dHead)]
  gain: Float64Array, // [dHead]
  eps: number,
): Float64Array {
  const dHead = gain.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += dHead) {
    let squares = 0;
    for (let c = 0; c < dHead; c++) squares += x[start + c]! ** 2;
    const scale = 1 / Math.sqrt(squares / dHead + eps);
    for (let c = 0; c < dHead; c++) y[start + c] = gain[c]! * x[start + c]! * scale;
  }
  return y;
}
