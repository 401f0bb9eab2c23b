// One line of the layers picture as a row of its own. Pure.

import type { LayersResult, RowResult } from '../../engine/protocol';
import { rowOf } from '../../tensor/matrix';

export function rowAtLayer(
  { matrix, bias, total, explains, fidelity, provenance }: LayersResult,
  layer: number,
): RowResult {
  return {
    contributions: Float32Array.from(rowOf(matrix, layer)),
    bias: bias[layer]!,
    total: total[layer]!,
    explains: `${explains}, ${layer} ${layer === 1 ? 'block' : 'blocks'}`,
    classes: [],
    rivals: [],
    fidelity,
    provenance,
  };
}
