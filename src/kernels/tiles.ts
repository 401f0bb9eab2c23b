// Kernels that multiply matrices tile by tile. One shader gives several kernels, with the same definition and different tiles: large products
// through workgroup memory, or straight from the buffers where that memory is not real; small tiles for few rows or columns. Some are also given
// with factors that are read four numbers at a time, for products whose lines are all multiples of four.

import blocks from '../../shaders/lib/blocks.wgsl?raw';
import grid from '../../shaders/lib/grid.wgsl?raw';
import halves from '../../shaders/lib/halves.wgsl?raw';
import quads from '../../shaders/lib/quads.wgsl?raw';
import quadsOfHalves from '../../shaders/lib/quadsOfHalves.wgsl?raw';
import direct from '../../shaders/lib/tileDirect.wgsl?raw';
import shared from '../../shaders/lib/tileShared.wgsl?raw';
import small from '../../shaders/lib/tileSmall.wgsl?raw';
import words from '../../shaders/lib/words.wgsl?raw';
import type { Kernel, ParamTypes, ParamValues } from '../gpu/kernel';
import type { KernelChoice } from './choice';

export type TileName = 'shared' | 'direct' | 'square' | 'flat';

interface Tile {
  /** Of a product with so many columns. */
  readonly shape: (columns: number) => { readonly rows: number; readonly columns: number };
  readonly library: string;
  readonly constants: Readonly<Record<string, number>>;
  /** Time for an entry of the tile, relative to the best: larger tiles read the factors less often. */
  readonly cost: number;
}

/** As lib/tileDirect.wgsl: the columns shared out evenly over the fewest tiles of at most 64, by 8 a thread. */
function evenShape(columns: number) {
  const across = Math.ceil(columns / (8 * Math.ceil(columns / 64)));
  return { rows: 8 * Math.floor(64 / across), columns: 8 * across };
}

const tiles: Readonly<Record<TileName, Tile>> = {
  shared: { shape: () => ({ rows: 64, columns: 64 }), library: shared, constants: {}, cost: 1 },
  direct: { shape: evenShape, library: direct, constants: {}, cost: 1 },
  square: { shape: () => ({ rows: 32, columns: 32 }), library: small, constants: { threadsAcross: 8 }, cost: 1.3 },
  flat: { shape: () => ({ rows: 4, columns: 256 }), library: small, constants: { threadsAcross: 64 }, cost: 1.3 },
};

/** A batch of products [rows, …] x […, columns]. */
export interface ProductSize {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

type Tiles<P extends ParamTypes, R extends string, W extends string> = Readonly<Record<TileName, Kernel<P, R, W>>>;

export type TiledKernel<P extends ParamTypes, R extends string, W extends string> = Tiles<P, R, W> & {
  /** The same with four numbers in one load, and what products allow it; null: it is not given. */
  readonly quads: { readonly tiles: Tiles<P, R, W>; fit(params: ParamValues<P>): boolean } | null;
  productSize(params: ParamValues<P>): ProductSize;
  /** The rows of the product are tokens of the prompt alone, so there are few. */
  readonly rowsAreTokens: boolean;
};

interface TiledSpec<P extends ParamTypes, R extends string, W extends string>
  extends Omit<Kernel<P, R, W>, 'threads' | 'workgroup'> {
  productSize(params: ParamValues<P>): ProductSize;
  readonly rowsAreTokens: boolean;
  /** How b is stored; float32 unless given. */
  readonly storage?: 'f32' | 'f16';
  /** Whether every line of both factors starts at a multiple of four and is as long. */
  fitQuads?(params: ParamValues<P>): boolean;
}

const loads = {
  words: { f32: words, f16: halves },
  quads: { f32: quads, f16: quadsOfHalves },
};

export const areQuads = (...numbers: readonly number[]): boolean => numbers.every((number) => number % 4 === 0);

export function defineTiledKernel<const P extends ParamTypes, const R extends string, const W extends string>({
  productSize,
  rowsAreTokens,
  storage = 'f32',
  fitQuads,
  ...spec
}: TiledSpec<P, R, W>): TiledKernel<P, R, W> {
  const kernel = (name: TileName, load: KernelChoice['loads']): Kernel<P, R, W> => ({
    ...spec,
    wgsl: [spec.wgsl, grid, loads[load][storage], blocks, tiles[name].library].join('\n'),
    constants: { ...spec.constants, ...tiles[name].constants },
    workgroup: 64,
    threads: (params) => tileCount(productSize(params), tiles[name]) * 64,
  });
  const all = (load: KernelChoice['loads']): Tiles<P, R, W> => ({
    shared: kernel('shared', load),
    direct: kernel('direct', load),
    square: kernel('square', load),
    flat: kernel('flat', load),
  });
  return {
    ...all('words'),
    quads: fitQuads ? { tiles: all('quads'), fit: fitQuads } : null,
    productSize,
    rowsAreTokens,
  };
}

/** Fewer workgroups than this leave most of a graphics card idle. */
const enoughGroups = { card: 16, software: 1 };

/** The tiles that are compiled for a kernel. */
export interface TilesAtHand {
  readonly names: readonly TileName[];
  /** Fewer large tiles than this are not worth it. */
  readonly enoughGroups: number;
}

/** Of the tiles at hand the one that computes a product in the least time, padding counted. */
export function chooseTile(size: ProductSize, atHand: TilesAtHand): TileName {
  const costOf = (name: TileName) => {
    const { rows, columns } = tiles[name].shape(size.columns);
    return tileCount(size, tiles[name]) * rows * columns * tiles[name].cost;
  };
  const isLarge = (name: TileName) => name === 'shared' || name === 'direct';
  const names = atHand.names.filter((name) => !isLarge(name) || tileCount(size, tiles[name]) >= atHand.enoughGroups);
  return names.reduce((best, name) => (costOf(name) < costOf(best) ? name : best));
}

/**
 * The tiles worth compiling. On a software adapter the large ones take most of a second to compile, too long for products whose rows are the few
 * tokens of a prompt, and for the few that do not fit quads (`rare`).
 */
export function tilesAtHand(
  software: boolean,
  { largeTile }: KernelChoice,
  { rowsAreTokens }: { readonly rowsAreTokens: boolean },
  rare = false,
): TilesAtHand {
  const small = software && (rowsAreTokens || rare);
  const names: readonly TileName[] = small ? ['square', 'flat'] : [largeTile, 'square', 'flat'];
  return { names, enoughGroups: software ? enoughGroups.software : enoughGroups.card };
}

function tileCount({ batch, rows, columns }: ProductSize, { shape }: Tile): number {
  const tile = shape(columns);
  return batch * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
}
