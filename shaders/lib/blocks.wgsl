// 4 x 4 blocks of a product's factors. A kernel that multiplies says how to read and store them, in range and past the end:
//   placeA(row)     where four rows from `row` on lie, for all k     blockA(place, k)  their entries k … k+3, [row][k]
//   placeB(column)  the same for four columns                        blockB(place, k)  their entries k … k+3, [k][column]
//   storeQuad(row, column, quad)  stores what is in range
//   rowsLieAlongK(), columnsLieAlongK()  how they lie in memory, so that neighbouring threads read neighbouring words
// and calls addProduct and storeTile of one of lib/tile*.wgsl. Past the end of k only A must vanish, which zeroFrom does here;
// B then gives any number that is in its buffer. Rows and columns past the end are read from the last one and not stored.

/** The block with zeros from its entry `count` of every row on. */
fn zeroFrom(rows: mat4x4f, count: u32) -> mat4x4f {
  let keep = vec4u(0, 1, 2, 3) < vec4u(count);
  return mat4x4f(
    select(vec4f(), rows[0], keep), select(vec4f(), rows[1], keep),
    select(vec4f(), rows[2], keep), select(vec4f(), rows[3], keep)
  );
}
