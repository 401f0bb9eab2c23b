// 4 x 4 blocks of a product's factors, the first two buffers of a kernel that multiplies, `a` and `b`. The kernel says how to read and store them, in
// range and past the end:
//   placeA(row)     where four rows from `row` on lie, for all k     blockA(place, k)  their entries k … k+3, [row][k]
//   placeB(column)  the same for four columns                        blockB(place, k)  their entries k … k+3, [k][column]
//   storeQuad(row, column, quad)  stores what is in range
//   columnCount()  columns of the product
//   rowsLieAlongK(), columnsLieAlongK()  how they lie in memory, so that neighbouring threads read neighbouring words
// and calls addProduct and storeTile of one of lib/tile*.wgsl. Past the end of k only A must vanish, which zeroFrom does there;
// B then gives any number that is in its buffer. Rows and columns past the end are any that are in the buffer, and are not stored.
// Needs fourOfA and fourOfB of lib/words.wgsl or its like.

/** Four rows of a that lie along k. */
fn alongA(starts: vec4u, k: u32) -> mat4x4f {
  let at = starts + k;
  return mat4x4f(fourOfA(at.x), fourOfA(at.y), fourOfA(at.z), fourOfA(at.w));
}

/** Four rows of a side by side, in lines of `stride`, one a k. */
fn acrossA(start: u32, stride: u32, k: u32) -> mat4x4f {
  let at = start + k * stride;
  return transpose(mat4x4f(fourOfA(at), fourOfA(at + stride), fourOfA(at + 2 * stride), fourOfA(at + 3 * stride)));
}

/** Four columns of b that lie along k. */
fn alongB(starts: vec4u, k: u32) -> mat4x4f {
  let at = starts + k;
  return transpose(mat4x4f(fourOfB(at.x), fourOfB(at.y), fourOfB(at.z), fourOfB(at.w)));
}

/** Four columns of b side by side, in lines of `stride`, one a k. */
fn acrossB(start: u32, stride: u32, k: u32) -> mat4x4f {
  let at = start + k * stride;
  return mat4x4f(fourOfB(at), fourOfB(at + stride), fourOfB(at + 2 * stride), fourOfB(at + 3 * stride));
}

/** Tiles side by side over so many columns of the product. */
fn tilesIn(columns: u32) -> u32 { return (columns + tileColumns() - 1) / tileColumns(); }

/** The block with zeros from its entry `count` of every row on. */
fn zeroFrom(rows: mat4x4f, count: u32) -> mat4x4f {
  let keep = vec4u(0, 1, 2, 3) < vec4u(count);
  return mat4x4f(
    select(vec4f(), rows[0], keep), select(vec4f(), rows[1], keep),
    select(vec4f(), rows[2], keep), select(vec4f(), rows[3], keep)
  );
}
