// A 64 x 64 tile of a product, held by 64 threads in 8 x 8 registers each. Both factors pass through workgroup memory, 16 deep.
// Thread (x, y) of 8 x 8 owns rows 4y … 4y+3 and 32+4y … and columns 4x … 4x+3 and 32+4x …: neighbours then read and write neighbouring words.

const tileSide = 64u;
const slabDepth = 16u;

var<workgroup> tileA: array<vec4f, 256>; // [k 16][row / 4]
var<workgroup> tileB: array<vec4f, 256>; // [k 16][column / 4]
var<private> sums: array<vec4f, 16>; // [own row 8][own column quad 2]; constant indices only, so that it stays in registers

/** Four rows of A, entries k … k+3 of each, that lie along k in memory. */
fn putRowsA(rowQuad: u32, k: u32, rows: mat4x4f) {
  let columns = transpose(rows);
  tileA[k * 16 + rowQuad] = columns[0];
  tileA[(k + 1) * 16 + rowQuad] = columns[1];
  tileA[(k + 2) * 16 + rowQuad] = columns[2];
  tileA[(k + 3) * 16 + rowQuad] = columns[3];
}

/** The same for four columns of B that lie along k. */
fn putColumnsB(columnQuad: u32, k: u32, columns: mat4x4f) {
  let rows = transpose(columns);
  tileB[k * 16 + columnQuad] = rows[0];
  tileB[(k + 1) * 16 + columnQuad] = rows[1];
  tileB[(k + 2) * 16 + columnQuad] = rows[2];
  tileB[(k + 3) * 16 + columnQuad] = rows[3];
}

/** Adds the product of the slab in workgroup memory; thread = local_invocation_index. */
fn addSlab(thread: u32) {
  var atA = thread / 8;
  var atB = thread % 8;
  for (var k = 0u; k < slabDepth; k++) {
    let a0 = tileA[atA];
    let a1 = tileA[atA + 8];
    let b0 = tileB[atB];
    let b1 = tileB[atB + 8];
    sums[0] += a0.x * b0; sums[1] += a0.x * b1;
    sums[2] += a0.y * b0; sums[3] += a0.y * b1;
    sums[4] += a0.z * b0; sums[5] += a0.z * b1;
    sums[6] += a0.w * b0; sums[7] += a0.w * b1;
    sums[8] += a1.x * b0; sums[9] += a1.x * b1;
    sums[10] += a1.y * b0; sums[11] += a1.y * b1;
    sums[12] += a1.z * b0; sums[13] += a1.z * b1;
    sums[14] += a1.w * b0; sums[15] += a1.w * b1;
    atA += 16;
    atB += 16;
  }
}

/** Hands every quad of the tile to the kernel's `storeQuad(row, column, quad)`, which guards the range. */
fn storeTile(row0: u32, column0: u32, thread: u32) {
  let row = row0 + thread / 8 * 4;
  let column = column0 + thread % 8 * 4;
  storeQuad(row, column, sums[0]); storeQuad(row, column + 32, sums[1]);
  storeQuad(row + 1, column, sums[2]); storeQuad(row + 1, column + 32, sums[3]);
  storeQuad(row + 2, column, sums[4]); storeQuad(row + 2, column + 32, sums[5]);
  storeQuad(row + 3, column, sums[6]); storeQuad(row + 3, column + 32, sums[7]);
  storeQuad(row + 32, column, sums[8]); storeQuad(row + 32, column + 32, sums[9]);
  storeQuad(row + 33, column, sums[10]); storeQuad(row + 33, column + 32, sums[11]);
  storeQuad(row + 34, column, sums[12]); storeQuad(row + 34, column + 32, sums[13]);
  storeQuad(row + 35, column, sums[14]); storeQuad(row + 35, column + 32, sums[15]);
}
