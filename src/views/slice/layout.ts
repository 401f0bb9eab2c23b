// Geometry of a slice's small multiples, and how one D×D picture lies inside the slice's buffer. Pure.

import type { SliceResult } from '../../engine/protocol';
import type { Matrix } from '../../tensor/matrix';
import type { Range } from '../shared/colourScale';
import type { Field } from '../shared/pixels';
import type { Window } from '../shared/window';

/** Sources whose picture is drawn, those left out because they are hidden, and those that come after the output token. */
export interface SliceSources {
  readonly drawn: readonly number[];
  readonly hidden: readonly number[];
  readonly later: readonly number[];
}

export function sliceSources(result: SliceResult, causal: boolean, hiddenSources: ReadonlySet<number>): SliceSources {
  const drawn: number[] = [];
  const hidden: number[] = [];
  const later: number[] = [];
  for (let source = 0; source < result.norms.length; source++) {
    if (causal && source > result.token) later.push(source);
    else if (hiddenSources.has(source)) hidden.push(source);
    else drawn.push(source);
  }
  return { drawn, hidden, later };
}

const TARGET = 112;
const MOST = 160;

/** Side of a small multiple in CSS pixels: whole device pixels a cell when D allows it; larger D is pooled into 128 px. */
export function tileSide(cells: number, dpr: number): number {
  if (cells > MOST * dpr) return 128;
  const pixels = Math.max(1, Math.round((TARGET * dpr) / cells));
  return (pixels * cells) / dpr;
}

/** The slice is [output channel d, source, input channel e]. */
export function sliceField(result: SliceResult, source: number, window: Window): Field {
  const { slice, dModel, norms } = result;
  const perChannel = norms.length * dModel;
  const start = source * dModel + window.col;
  return {
    rows: window.size,
    cols: window.size,
    readRow: (row, into) => {
      const from = (window.row + row) * perChannel + start;
      into.set(slice.subarray(from, from + window.size));
    },
  };
}

/** T_ij as a matrix of its own, for the enlarged picture and its table. */
export function sliceMatrix(result: SliceResult, source: number): Matrix {
  const { slice, dModel, norms } = result;
  const data = new Float32Array(dModel * dModel);
  for (let d = 0; d < dModel; d++) {
    const start = (d * norms.length + source) * dModel;
    data.set(slice.subarray(start, start + dModel), d * dModel);
  }
  const axis = { name: 'dModel', length: dModel } as const;
  return { data, rows: axis, cols: axis, unit: 'T_ij', signed: true, causal: false };
}

/** One range for all drawn pictures, so that they compare. */
export interface SliceScale {
  readonly range: Range;
  /** Largest size among the drawn entries; above the range's ends when a few entries lie beyond it. */
  readonly largest: number;
}

/** Share of the entries that may lie beyond the ends of the ramp: a few large ones would leave all others white. */
export const beyondShare = 0.005;
const bins = 4096;

export function sliceScale({ slice, dModel, norms }: SliceResult, sources: readonly number[]): SliceScale {
  // Two plain loops: the slice has a million entries and more, and the page waits for them.
  const width = norms.length * dModel;
  let low = 0;
  let high = 0;
  for (const source of sources) {
    for (let row = source * dModel; row < slice.length; row += width) {
      for (let at = row; at < row + dModel; at++) {
        const value = slice[at]!;
        if (value < low) low = value;
        else if (value > high) high = value;
      }
    }
  }
  const largest = Math.max(high, -low);
  const counts = new Uint32Array(bins + 1);
  for (const source of sources) {
    for (let row = source * dModel; row < slice.length; row += width) {
      for (let at = row; at < row + dModel; at++) counts[Math.ceil((Math.abs(slice[at]!) / largest) * bins)]!++;
    }
  }
  let beyond = Math.floor(beyondShare * dModel * dModel * sources.length);
  let bin = bins;
  while (bin > 1 && counts[bin]! <= beyond) beyond -= counts[bin--]!;
  const end = (bin / bins) * largest;
  return {
    range: { low: Math.max(low, -end), high: Math.min(high, end), smallest: Number.POSITIVE_INFINITY },
    largest,
  };
}
