// A rough price of the `norm` map before anything is asked of the engine. The engine's own plan replaces it as soon as the work starts.

import type { ModelInfo } from '../engine/protocol';

/** D cotangents pulled back for each of L rows; a pull of one cotangent costs about one forward over the tokens before it. */
export function normFlops(model: ModelInfo, tokens: number): number {
  const { blocks, dModel, dFfn, heads } = model;
  const perToken = blocks * (4 * dModel ** 2 + 2 * dModel * dFfn * (model.gated ? 1.5 : 1) + 2 * heads * dModel);
  const rows = model.causal ? (tokens * (tokens + 1)) / 2 : tokens ** 2;
  return 2 * perToken * rows * dModel;
}
