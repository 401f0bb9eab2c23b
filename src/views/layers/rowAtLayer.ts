// One line of the layers picture as a row of its own. Pure.

import type { LayersResult, RowResult } from '../../engine/protocol';
import { rowOf } from '../../tensor/matrix';
import { blocksOf } from './layout';

/** `blocks`: of the model. */
export function rowAtLayer(
  { matrix, bias, total, explains, fidelity, provenance }: LayersResult,
  layer: number,
  kind: 'from' | 'upTo',
  blocks: number,
): RowResult {
  return {
    contributions: Float32Array.from(rowOf(matrix, layer)),
    bias: bias[layer]!,
    total: total[layer]!,
    explains: `${explains}, ${blocksOf(kind, layer, blocks)}`,
    classes: [],
    rivals: [],
    fidelity,
    provenance,
  };
}
