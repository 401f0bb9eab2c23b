// Attention flow (docs/formulas.md 4, after Abnar and Zuidema 2020): entry (i, j) is the maximum flow from output token i down to input token j,
// when block l carries at most Â_l[i, j] (`withResidual`) from token i to token j. A raw value is at most 1; `normalised` has rows of sum 1.

import { throwIfAborted } from '../tensor/errors';
import { nextTask } from '../tensor/nextTask';
import { createLayeredFlow } from './layeredFlow';

export interface FlowResult {
  readonly raw: Float64Array; // [output token, input token]
  readonly normalised: Float64Array; // [output token, input token]
}

export interface FlowOptions {
  readonly signal?: AbortSignal | undefined;
  /** Share of the pairs done, 0 … 1, at most once a slice of time. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** The event loop gets its turn after this many milliseconds: less than a frame. */
const SLICE = 12;

/** blocks: Â of every block, first block first. causal: no attention to later tokens, so only tokens j … i lie between. */
export async function attentionFlow(
  blocks: readonly Float64Array[],
  length: number,
  causal: boolean,
  { signal, onProgress }: FlowOptions = {},
): Promise<FlowResult> {
  if (blocks.length === 0) throw new RangeError('Attention flow needs at least one block.');
  throwIfAborted(signal);
  const graph = createLayeredFlow(blocks, length);
  const raw = new Float64Array(length * length);
  const pairs = causal ? (length * (length + 1)) / 2 : length * length;
  let done = 0;
  let sliceEnd = performance.now() + SLICE;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < (causal ? i + 1 : length); j++) {
      raw[i * length + j] = graph.maxFlow(i, j, causal ? { lo: j, hi: i } : { lo: 0, hi: length - 1 });
      done++;
      if (performance.now() < sliceEnd) continue;
      onProgress?.(done / pairs);
      await nextTask();
      throwIfAborted(signal);
      sliceEnd = performance.now() + SLICE;
    }
  }
  onProgress?.(1);
  return { raw, normalised: rowShares(raw, length) };
}

/** Rows divided by their sums; the residual connection makes every sum positive. */
function rowShares(matrix: Float64Array, length: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let row = 0; row < matrix.length; row += length) {
    let sum = 0;
    for (let j = 0; j < length; j++) sum += matrix[row + j]!;
    for (let j = 0; j < length; j++) out[row + j] = matrix[row + j]! / sum;
  }
  return out;
}
