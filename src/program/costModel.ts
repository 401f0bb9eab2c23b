// The cost model: how long work takes on a device, from what the counting backend counts and what a calibration has measured.
//
//   seconds = pace · (Σ over dispatches curve_kind(size)  +  waits · wait)
//
// A dispatch is one primitive of the backend. Its size is FLOPs for products, those spent on the edges of tiles included, and bytes moved for
// everything that goes over rows. A curve is the time of one dispatch by its size, through measured points: from the overhead of a dispatch without
// work, straight lines from point to point, and beyond the largest point its rate. So a small product is priced at the rate of small products, and an
// empty one at its overhead. A wait is the round trip of letting the device catch up, for progress and cancellation; a read-back is work of its own,
// by the bytes that come back and are added up on the host. The pace is what answered questions have taught: measured ÷ priced.
// Measured against the engine in bench/RESULTS.md.

/**
 * Products by the direction in which they read the matrix; mixes over tokens; whatever goes over rows, norms apart, which sum a row first; and
 * read-backs.
 */
export type WorkKind = 'product' | 'productTransposed' | 'mix' | 'mixAdjoint' | 'norm' | 'elements' | 'read';

/** Dispatches of one kind and size. */
export interface Work {
  readonly kind: WorkKind;
  /** FLOPs of products and mixes, bytes moved of the others. */
  readonly size: number;
  readonly dispatches: number;
}

/** Tiles that products are computed in, and the time an entry of each takes (kernels/tiles.ts chooses among the same). */
const tiles = [
  { rows: 64, columns: 64, cost: 1 },
  { rows: 32, columns: 32, cost: 1.3 },
  { rows: 4, columns: 256, cost: 1.3 },
] as const;

/** Entries of a product [rows, columns] as a device computes them, in whole tiles: what a small product costs more than its FLOPs say. */
export function tiledEntries(rows: number, columns: number): number {
  const inTiles = tiles.map(
    (tile) => Math.ceil(rows / tile.rows) * tile.rows * Math.ceil(columns / tile.columns) * tile.columns * tile.cost,
  );
  return Math.min(...inTiles);
}

export interface MeasuredPoint {
  readonly size: number;
  readonly seconds: number;
}

/** What a calibration has measured on one device. Every curve has at least one point, sizes rising. */
export interface DeviceRates {
  /** Of a dispatch without work. */
  readonly overhead: number;
  /** Of letting the device catch up. */
  readonly wait: number;
  /** Measured ÷ priced of the questions answered so far; left out: 1, none yet. */
  readonly pace?: number;
  readonly curves: Readonly<Record<WorkKind, readonly MeasuredPoint[]>>;
}

export function secondsOf(work: readonly Work[], waits: number, rates: DeviceRates): number {
  const priced = work.reduce(
    (sum, { kind, size, dispatches }) => sum + dispatches * dispatchSeconds(rates, kind, size),
    waits * rates.wait,
  );
  return (rates.pace ?? 1) * priced;
}

/** What a pass takes whose weights are read while the device works: the longer of the two, and the first read, which nothing covers. */
export function overlapped(computing: number, reading: number): number {
  return Math.max(computing, reading) + firstRead * Math.min(computing, reading);
}

/** Of a pass's weights: those of the first few ops. */
const firstRead = 0.1;

function dispatchSeconds({ overhead, curves }: DeviceRates, kind: WorkKind, size: number): number {
  let [left, right] = [{ size: 0, seconds: overhead }, curves[kind][0]!];
  for (const point of curves[kind]) {
    right = point;
    if (size <= point.size) break;
    left = point;
  }
  if (left === right) return Math.max(overhead, (right.seconds / right.size) * size);
  const share = (size - left.size) / (right.size - left.size);
  return Math.max(overhead, left.seconds + share * (right.seconds - left.seconds));
}

/** Equal dispatches of several passes counted together. */
export function totalWork(passes: readonly (readonly Work[])[]): Work[] {
  const tally = createTally();
  for (const work of passes) tally.addAll(work, 1);
  return tally.work();
}

export function createTally() {
  const counts = new Map<string, Work>();
  return {
    add(kind: WorkKind, size: number, dispatches = 1) {
      const key = `${kind} ${size}`;
      const sofar = counts.get(key)?.dispatches ?? 0;
      counts.set(key, { kind, size, dispatches: sofar + dispatches });
    },
    addAll(work: readonly Work[], times: number) {
      for (const { kind, size, dispatches } of work) this.add(kind, size, dispatches * times);
    },
    work: (): Work[] => [...counts.values()],
    clear: () => counts.clear(),
  };
}
