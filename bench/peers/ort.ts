// ONNX Runtime Web as a peer in the GEMM race.

import { matmulModel } from './matmulModel';
import { ortSession } from './ortSession';
import type { Multiplier } from './product';

export const ort: Multiplier = {
  name: 'ONNX Runtime Web',
  prepare: ({ m, k, n, a, b }) =>
    ortSession(
      matmulModel(m, k, n),
      { A: { data: a, dims: [m, k] }, B: { data: b, dims: [k, n] } },
      new Map([['C', [m, n]]]),
    ),
};
