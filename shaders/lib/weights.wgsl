// Entries of a weight matrix: float32, or half precision with two entries in a word, the first in the lower half. The shader declares
// `weights: array<u32>`; what is computed with them is float32 either way.

override halves: bool;

/** Entry `at`, counted row after row from the start of the buffer. */
fn weightAt(at: u32) -> f32 {
  if (halves) { return unpack2x16float(weights[at / 2] >> (at % 2 * 16)).x; }
  return bitcast<f32>(weights[at]);
}
