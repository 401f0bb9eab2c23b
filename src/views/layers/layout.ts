// Geometry of the bars beside a layer map: the row's total and the bias's part of it, on one scale. Pure.

import { scaleLinear } from 'd3';
import type { LayersResult } from '../../engine/protocol';
import { rowSize } from '../heatmap/share';

export interface LayerBar {
  readonly layer: number;
  readonly total: number;
  readonly bias: number;
  /** |bias| over Σ|sources| + |bias|. */
  readonly biasShare: number;
  /** Ends in pixels, from the left of the track. */
  readonly totalFrom: number;
  readonly totalTo: number;
  readonly biasFrom: number;
  readonly biasTo: number;
}

export interface LayerBars {
  readonly bars: readonly LayerBar[];
  readonly zero: number;
}

export function layerBars({ matrix, bias, total }: LayersResult, width: number): LayerBars {
  const values = [...total, ...bias];
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = scaleLinear([low, high === low ? low + 1 : high], [0, width]);
  const zero = scale(0);
  const ends = (value: number): [number, number] => (value < 0 ? [scale(value), zero] : [zero, scale(value)]);
  return {
    zero,
    bars: [...total].map((value, layer) => {
      const part = bias[layer]!;
      const whole = rowSize(matrix, layer) + Math.abs(part);
      const [totalFrom, totalTo] = ends(value);
      const [biasFrom, biasTo] = ends(part);
      return {
        layer,
        total: value,
        bias: part,
        biasShare: whole === 0 ? 0 : Math.abs(part) / whole,
        totalFrom,
        totalTo,
        biasFrom,
        biasTo,
      };
    }),
  };
}

/** The blocks that a row covers, in words. */
export function blocksOf(kind: 'from' | 'upTo', layer: number, blocks: number): string {
  const [first, end] = kind === 'from' ? [layer, blocks] : [0, layer];
  if (first >= end) return 'no block';
  return end - first === 1 ? `block ${first}` : `blocks ${first}–${end - 1}`;
}
