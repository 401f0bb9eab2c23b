// A tile of a product, up to 64 threads with 8 x 8 registers each, read straight from the buffers: for adapters without real workgroup memory, where
// reading costs more than registers. 64 x 64, or less wide and higher where the columns of the product then fill their tiles: 112 columns are two
// tiles of 56, not one of 64 and most of another. Of `across` x `down` threads (x, y) owns columns 4x … 4x+3 and as many 4 across later, rows alike;
// the few threads left over rest. Needs lib/blocks.wgsl.

var<private> s00: mat4x4f; // [own row][own column] of the first rows and columns
var<private> s01: mat4x4f; // the later columns
var<private> s10: mat4x4f; // the later rows
var<private> s11: mat4x4f;

/** Threads side by side: the columns shared out evenly over the fewest tiles of at most 64. */
fn threadsAcross() -> u32 {
  let each = 8 * ((columnCount() + 63) / 64);
  return (columnCount() + each - 1) / each;
}

fn threadsDown() -> u32 { return 64 / threadsAcross(); }
fn tileRows() -> u32 { return threadsDown() * 8; }
fn tileColumns() -> u32 { return threadsAcross() * 8; }

/** Adds Σ_k a[row, k] b[k, column] over first <= k < end. */
fn addProduct(row0: u32, column0: u32, first: u32, end: u32, thread: u32) {
  let across = threadsAcross();
  let down = threadsDown();
  if (thread >= across * down) { return; }
  let row = row0 + thread / across * 4;
  let column = column0 + thread % across * 4;
  let rows = placeA(row);
  let rowsLater = placeA(row + 4 * down);
  let columns = placeB(column);
  let columnsLater = placeB(column + 4 * across);
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
  let across = threadsAcross();
  let down = threadsDown();
  if (thread >= across * down) { return; }
  let row = row0 + thread / across * 4;
  let column = column0 + thread % across * 4;
  for (var i = 0u; i < 4; i++) {
    storeQuad(row + i, column, s00[i]);
    storeQuad(row + i, column + 4 * across, s01[i]);
    storeQuad(row + i + 4 * down, column, s10[i]);
    storeQuad(row + i + 4 * down, column + 4 * across, s11[i]);
  }
}
