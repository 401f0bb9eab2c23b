// How many threads cover a batch of products with the 64 × 64 tiles of shaders/lib/tile.wgsl.

const tileSide = 64;

export function tileThreads(batch: number, rows: number, columns: number): number {
  return batch * Math.ceil(rows / tileSide) * Math.ceil(columns / tileSide) * 64;
}
