// c = factor · coefficients ⊙ (a b + bias in every row) + added: b lies [in, out], or [out, in] when `transposed`; all but a b may be left out.
// One tile of c a workgroup (lib/rowsByMatrix.wgsl, lib/tile*.wgsl). b may be a block of a larger matrix, `inner` of its inputs from firstInput on and
// `columns` of its outputs from firstOutput on: then these columns of c are written, or (accumulate) what they hold is part of the product.
// a and `added` are windows of c's rows and zero outside; outside of a's there is no product and no bias.

struct Params {
  rows: u32, inner: u32, columns: u32, inputs: u32, firstInput: u32, outputs: u32, firstOutput: u32, accumulate: u32, hasBias: u32,
  firstA: u32, rowsA: u32, hasFactor: u32, factor: f32, firstToken: u32, rowsPerToken: u32, staggered: u32, firstAdded: u32, rowsAdded: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<LoadA>; // [row from firstA, inputs]
@group(0) @binding(2) var<storage, read> b: array<LoadB>; // [inner, columns] or [columns, inner], as it is stored
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [outputs], or anything when hasBias is 0
@group(0) @binding(4) var<storage, read> coefficients: array<f32>; // [token, outputs], all tokens, or anything when hasFactor is 0
@group(0) @binding(5) var<storage, read> added: array<f32>; // [row from firstAdded, outputs], or anything when rowsAdded is 0
@group(0) @binding(6) var<storage, read_write> c: array<f32>; // [row, outputs]

override workgroupSize: u32;

fn columnCount() -> u32 { return params.columns; }
fn inputCount() -> u32 { return params.inner; }
/** Where four rows of a start; one outside reads the nearest. */
fn placeA(row: u32) -> vec4u {
  let own = max(row + vec4u(0, 1, 2, 3), vec4u(params.firstA)) - params.firstA;
  return min(own, vec4u(params.rowsA - 1)) * params.inputs + params.firstInput;
}

fn placeB(column: u32) -> vec4u { return columnsFrom(0, column); }

fn storeQuad(row: u32, column: u32, quad: vec4f) {
  if (row >= params.rows || column >= params.columns) { return; }
  let first = params.firstOutput + column;
  let at = row * params.outputs + first;
  var entries = quad; // those past the last column are any numbers, and are not stored
  if (params.accumulate + params.hasBias != 0) {
    if (params.accumulate != 0) { entries += vec4f(c[at], c[at + 1], c[at + 2], c[at + 3]); }
    if (params.hasBias != 0) { entries += vec4f(bias[first], bias[first + 1], bias[first + 2], bias[first + 3]); }
  }
  if (params.hasFactor != 0) {
    let place = (params.firstToken + tokenOfRow(row, params.rowsPerToken, params.staggered)) * params.outputs + first;
    entries *= params.factor * vec4f(coefficients[place], coefficients[place + 1], coefficients[place + 2], coefficients[place + 3]);
  }
  if (params.rowsAdded != 0) {
    // A row before a window wraps to a huge number, so one comparison is enough.
    let inA = row - params.firstA < params.rowsA;
    let inAdded = row - params.firstAdded < params.rowsAdded;
    let place = (row - params.firstAdded) * params.outputs + first;
    let more = vec4f(added[place], added[place + 1], added[place + 2], added[place + 3]);
    entries = select(vec4f(), entries, inA) + select(vec4f(), more, inAdded);
  }
  c[at] = entries.x;
  if (column + 1 < params.columns) { c[at + 1] = entries.y; }
  if (column + 2 < params.columns) { c[at + 2] = entries.z; }
  if (column + 3 < params.columns) { c[at + 3] = entries.w; }
}

@compute @workgroup_size(workgroupSize)
fn matmul(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let row0 = tile / tilesAcross * tileRows();
  let column0 = tile % tilesAcross * tileColumns();
  if (row0 >= params.rows) { return; }
  addProduct(row0, column0, 0, params.inner, thread);
  storeTile(row0, column0, thread);
}
