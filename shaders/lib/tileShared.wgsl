// A 64 x 64 tile of a product, held by 64 threads in 8 x 8 registers each; both factors pass through workgroup memory, 16 deep. Thread (x, y) of
// 8 x 8 owns rows 4y … 4y+3 and 32+4y … and columns 4x … 4x+3 and 32+4x …: neighbours read neighbouring words. Needs lib/blocks.wgsl.

const slabDepth = 16u;

var<workgroup> tileA: array<vec4f, 256>; // [k 16][row / 4]
var<workgroup> tileB: array<vec4f, 256>; // [k 16][column / 4]
var<private> sums: array<vec4f, 16>; // [own row 8][own column quad 2]; constant indices only, so that it stays in registers

fn tileRows() -> u32 { return 64; }
fn tileColumns() -> u32 { return 64; }

/** Adds Σ_k a[row, k] b[k, column] over first <= k < end; call it in uniform control flow. */
fn addProduct(row0: u32, column0: u32, first: u32, end: u32, thread: u32) {
  // Which block of the slab a thread brings, (quad, k / 4): neighbouring threads go along k, or across the quads.
  let along = vec2u(thread / 4, thread % 4);
  let across = vec2u(thread % 16, thread / 16);
  let ownA = select(across, along, rowsLieAlongK());
  let ownB = select(across, along, columnsLieAlongK());
  let atA = ownA.y * 64 + ownA.x;
  let atB = ownB.y * 64 + ownB.x;
  let placeOfA = placeA(row0 + ownA.x * 4);
  let placeOfB = placeB(column0 + ownB.x * 4);
  for (var k0 = first; k0 < end; k0 += slabDepth) {
    let k = k0 + ownA.y * 4;
    let a = transpose(zeroFrom(blockA(placeOfA, k), end - min(k, end)));
    let b = blockB(placeOfB, k0 + ownB.y * 4);
    tileA[atA] = a[0]; tileA[atA + 16] = a[1]; tileA[atA + 32] = a[2]; tileA[atA + 48] = a[3];
    tileB[atB] = b[0]; tileB[atB + 16] = b[1]; tileB[atB + 32] = b[2]; tileB[atB + 48] = b[3];
    workgroupBarrier();
    addSlab(thread);
    workgroupBarrier();
  }
}

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
