// The factors of a product of rows, a [row, in], with a matrix b, [in, out], or [out, in] when `transposed`. The shader says where rows and columns
// start (placeA; placeB through columnsFrom), and inputCount(). Needs lib/blocks.wgsl.

override transposed: bool;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return transposed; }

/** Where four columns start in a matrix that starts at `first`; or, where they lie side by side, the first of them. */
fn columnsFrom(first: u32, column: u32) -> vec4u {
  if (transposed) { return first + min(column + vec4u(0, 1, 2, 3), vec4u(columnCount() - 1)) * inputCount(); }
  return vec4u(first + min(column, columnCount() - 1));
}

fn blockA(starts: vec4u, k: u32) -> mat4x4f { return alongA(starts, k); }

fn blockB(starts: vec4u, k: u32) -> mat4x4f {
  if (transposed) { return alongB(starts, k); }
  return acrossB(starts.x, columnCount(), k);
}
