// A tile of a product, 64 threads with 4 x 4 registers each, read straight from the buffers: for few rows or columns. threadsAcross 8: tile
// 32 x 32; 64: 4 x 256. Needs lib/blocks.wgsl.

override threadsAcross: u32;

var<private> sums: mat4x4f; // [own row][own column]

fn tileRows() -> u32 { return workgroupSize / threadsAcross * 4; }
fn tileColumns() -> u32 { return threadsAcross * 4; }

/** Adds Σ_k a[row, k] b[k, column] over first <= k < end. */
fn addProduct(row0: u32, column0: u32, first: u32, end: u32, thread: u32) {
  let placeOfA = placeA(row0 + thread / threadsAcross * 4);
  let placeOfB = placeB(column0 + thread % threadsAcross * 4);
  var total = sums;
  var k = first;
  for (; k + 4 <= end; k += 4) {
    total += blockB(placeOfB, k) * blockA(placeOfA, k); // a block is [row][entry], as matrix columns: the order of the factors turns around
  }
  if (k < end) { total += blockB(placeOfB, k) * zeroFrom(blockA(placeOfA, k), end - k); }
  sums = total;
}

fn storeTile(row0: u32, column0: u32, thread: u32) {
  let row = row0 + thread / threadsAcross * 4;
  let column = column0 + thread % threadsAcross * 4;
  for (var i = 0u; i < 4; i++) { storeQuad(row + i, column, sums[i]); }
}
