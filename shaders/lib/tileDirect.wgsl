// A 64 x 64 tile of a product, 64 threads with 8 x 8 registers each, read straight from the buffers: for adapters without real workgroup memory,
// where reading costs more than registers. Thread (x, y) owns what it owns in lib/tileShared.wgsl. Needs lib/blocks.wgsl.

var<private> s00: mat4x4f; // [own row][own column] of the first rows and columns
var<private> s01: mat4x4f; // columns 32 later
var<private> s10: mat4x4f; // rows 32 later
var<private> s11: mat4x4f;

fn tileRows() -> u32 { return 64; }
fn tileColumns() -> u32 { return 64; }

/** Adds Σ_k a[row, k] b[k, column] over first <= k < end. */
fn addProduct(row0: u32, column0: u32, first: u32, end: u32, thread: u32) {
  let rows = placeA(row0 + thread / 8 * 4);
  let rowsLater = placeA(row0 + thread / 8 * 4 + 32);
  let columns = placeB(column0 + thread % 8 * 4);
  let columnsLater = placeB(column0 + thread % 8 * 4 + 32);
  var k = first;
  for (; k + 4 <= end; k += 4) {
    addBlocks(blockA(rows, k), blockA(rowsLater, k), blockB(columns, k), blockB(columnsLater, k));
  }
  if (k < end) {
    let left = end - k;
    addBlocks(zeroFrom(blockA(rows, k), left), zeroFrom(blockA(rowsLater, k), left), blockB(columns, k), blockB(columnsLater, k));
  }
}

/** A block is [row][entry], as matrix columns: the order of the factors turns around. */
fn addBlocks(a0: mat4x4f, a1: mat4x4f, b0: mat4x4f, b1: mat4x4f) {
  s00 += b0 * a0;
  s10 += b0 * a1;
  s01 += b1 * a0;
  s11 += b1 * a1;
}

fn storeTile(row0: u32, column0: u32, thread: u32) {
  let row = row0 + thread / 8 * 4;
  let column = column0 + thread % 8 * 4;
  for (var i = 0u; i < 4; i++) {
    storeQuad(row + i, column, s00[i]);
    storeQuad(row + i, column + 32, s01[i]);
    storeQuad(row + i + 32, column, s10[i]);
    storeQuad(row + i + 32, column + 32, s11[i]);
  }
}
