// Rotary positions: within every head, channels k and k + rotaryDim/2 turn together by the angle of (token, k); channels from rotaryDim on pass.
// (x_k, x_k') ↦ (x_k cos − x_k' sin, x_k' cos + x_k sin), k' = k + rotaryDim/2 (half-split, not interleaved pairs).

export interface Rotary {
  readonly rotaryDim: number;
  readonly cos: Float64Array; // [token, rotaryDim/2]
  readonly sin: Float64Array; // [token, rotaryDim/2]
}

export function rotary(
  x: Float64Array, // [token, (head, dHead)]
  { rotaryDim, cos, sin }: Rotary,
  heads: number,
  dHead: number,
): Float64Array {
  const half = rotaryDim / 2;
  const out = Float64Array.from(x);
  const tokens = x.length / (heads * dHead);
  for (let t = 0; t < tokens; t++) {
    for (let h = 0; h < heads; h++) {
      const start = (t * heads + h) * dHead;
      for (let k = 0; k < half; k++) {
        const c = cos[t * half + k]!;
        const s = sin[t * half + k]!;
        const a = x[start + k]!;
        const b = x[start + k + half]!;
        out[start + k] = a * c - b * s;
        out[start + k + half] = b * c + a * s;
      }
    }
  }
  return out;
}
