// y[i, c, :] = x[i, c, :] M_i: for each token a product of its [column, input] and a matrix of its own, [in, out], or [out, in] when `transposed`. One
// tile a workgroup (lib/rowsByMatrix.wgsl, lib/tile*.wgsl).

struct Params { tokens: u32, columns: u32, staggered: u32, inputs: u32, outputs: u32, skippedOperators: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<LoadA>; // x [token, column, input]
@group(0) @binding(2) var<storage, read> b: array<LoadB>; // M [token from skippedOperators tokens earlier, input, output]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [token, column, output]

override workgroupSize: u32;

var<private> token: u32;
var<private> firstRow: u32; // of the token
var<private> rows: u32;

fn columnCount() -> u32 { return params.outputs; }
fn inputCount() -> u32 { return params.inputs; }

/** Where four columns of x start. */
fn placeA(column: u32) -> vec4u {
  return (firstRow + min(column + vec4u(0, 1, 2, 3), vec4u(rows - 1))) * params.inputs;
}

fn placeB(output: u32) -> vec4u { return columnsFrom((params.skippedOperators + token) * params.inputs * params.outputs, output); }

fn storeQuad(column: u32, output: u32, quad: vec4f) {
  if (column >= rows) { return; }
  let at = (firstRow + column) * params.outputs + output;
  for (var i = 0u; i < 4; i++) {
    if (output + i < params.outputs) { y[at + i] = quad[i]; }
  }
}

@compute @workgroup_size(workgroupSize)
fn linearPerToken(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.columns + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let column0 = tile % tilesAcross * tileColumns();
  if (tile >= params.tokens * tilesAcross * tilesDown) { return; }

  // `let`s, so that the return is seen to be uniform.
  let ownToken = tile / (tilesAcross * tilesDown);
  let ownFirst = rowsBefore(ownToken, params.columns, params.staggered);
  let ownRows = rowsBefore(ownToken + 1, params.columns, params.staggered) - ownFirst;
  if (row0 >= ownRows) { return; }
  token = ownToken;
  firstRow = ownFirst;
  rows = ownRows;
  addProduct(row0, column0, 0, params.inputs, thread);
  storeTile(row0, column0, thread);
}
