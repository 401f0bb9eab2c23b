// What every view is given and what it reports: the boundary between pictures (src/views) and the page (src/app).
// A view is a folder: layout.ts (pure geometry, tested), draw.ts (canvas), View.tsx (React skin). Views hold no state but hover geometry.

import type { Token } from '../engine/protocol';
import type { Matrix } from '../tensor/matrix';

/** A cell of an L×L map: output token `row`, input token `col`. */
export interface Cell {
  readonly row: number;
  readonly col: number;
}

/** One selection, linked across all pictures. */
/** Which operator a picture is of: the tensor, or a relative of it that holds less of the model frozen. */
export interface Operator {
  /** One letter: "T" of the tensor. */
  readonly symbol: string;
  /** "AttnLRP"; null: the tensor, which needs no saying. */
  readonly title: string | null;
}

export const TENSOR: Operator = { symbol: 'T', title: null };

export interface Selection {
  /** Pinned output tokens, in the order of pinning; several are added up. */
  readonly pinned: readonly number[];
  /** The input token of interest, pinned with its row. */
  readonly source: number | null;
  readonly hovered: Cell | null;
}

/** How numbers become colours. `domain` null: the picture's own range. */
export interface ColourScale {
  readonly domain: readonly [low: number, high: number] | null;
  /** Log ramp; the legend says so. Unsigned data only. */
  readonly log: boolean;
}

export interface MapViewProps {
  /** Accessible name of the grid, starting with the map's fixed name: "Tensor, in+out". */
  readonly name: string;
  readonly matrix: Matrix;
  /** Of an estimate: the exact value lies within ± this, entry by entry. */
  readonly band?: Matrix;
  readonly tokens: readonly Token[];
  /** Input tokens left out of the picture (first token, special tokens); the caption says so. */
  readonly hiddenSources: ReadonlySet<number>;
  readonly scale: ColourScale;
  readonly selection: Selection;
  readonly onHover: (cell: Cell | null) => void;
  /** `add`: shift-click or shift-Enter adds the row to the pinned ones. */
  readonly onPin: (cell: Cell, add: boolean) => void;
  readonly onRelease: () => void;
}
