// y[i, c, :] = x[i, c, :] M_i: for each token a product of its [column, input] and a matrix of its own, [in, out], or [out, in] when `transposed`. One
// tile a workgroup (lib/tile*.wgsl).

struct Params { tokens: u32, columns: u32, inputs: u32, outputs: u32, skippedOperators: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, input]
@group(0) @binding(2) var<storage, read> operators: array<f32>; // [token from skippedOperators tokens earlier, input, output]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [token, column, output]

override workgroupSize: u32;
override transposed: bool;

var<private> token: u32;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return transposed; }

/** Where four columns of x start. */
fn placeA(column: u32) -> vec4u {
  return (token * params.columns + min(column + vec4u(0, 1, 2, 3), vec4u(params.columns - 1))) * params.inputs;
}

/** Where four outputs of the token's matrix start. */
fn placeB(output: u32) -> vec4u {
  let first = (params.skippedOperators + token) * params.inputs * params.outputs;
  return first + min(output + vec4u(0, 1, 2, 3), vec4u(params.outputs - 1)) * select(1, params.inputs, transposed);
}

fn blockA(rowStarts: vec4u, k: u32) -> mat4x4f {
  let at = rowStarts + k;
  return mat4x4f(
    x[at.x], x[at.x + 1], x[at.x + 2], x[at.x + 3], x[at.y], x[at.y + 1], x[at.y + 2], x[at.y + 3],
    x[at.z], x[at.z + 1], x[at.z + 2], x[at.z + 3], x[at.w], x[at.w + 1], x[at.w + 2], x[at.w + 3]
  );
}

fn blockB(starts: vec4u, k: u32) -> mat4x4f {
  let step = select(params.outputs, 1, transposed);
  let k0 = starts + k * step;
  let k1 = k0 + step;
  let k2 = k1 + step;
  let k3 = k2 + step;
  return mat4x4f(
    operators[k0.x], operators[k0.y], operators[k0.z], operators[k0.w], operators[k1.x], operators[k1.y], operators[k1.z], operators[k1.w],
    operators[k2.x], operators[k2.y], operators[k2.z], operators[k2.w], operators[k3.x], operators[k3.y], operators[k3.z], operators[k3.w]
  );
}

fn storeQuad(column: u32, output: u32, quad: vec4f) {
  if (column >= params.columns) { return; }
  let at = (token * params.columns + column) * params.outputs + output;
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
  let tilesAcross = (params.outputs + tileColumns() - 1) / tileColumns();
  let tilesDown = (params.columns + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let column0 = tile % tilesAcross * tileColumns();
  if (tile >= params.tokens * tilesAcross * tilesDown) { return; }

  token = tile / (tilesAcross * tilesDown);
  addProduct(row0, column0, 0, params.inputs, thread);
  storeTile(row0, column0, thread);
}
