// c = a b (+ bias in every row): b lies [in, out], or [out, in] when `transposed`. One tile of c a workgroup (lib/tile*.wgsl).

struct Params { rows: u32, inner: u32, columns: u32, hasBias: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // [row, in]
@group(0) @binding(2) var<storage, read> b: array<f32>; // [in, out] or [out, in]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [out], or anything when hasBias is 0
@group(0) @binding(4) var<storage, read_write> c: array<f32>; // [row, out]

override workgroupSize: u32;
override transposed: bool;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return transposed; }

/** Where four rows of a start. */
fn placeA(row: u32) -> vec4u {
  return min(row + vec4u(0, 1, 2, 3), vec4u(params.rows - 1)) * params.inner;
}

/** Where four columns of b start. */
fn placeB(column: u32) -> vec4u {
  return min(column + vec4u(0, 1, 2, 3), vec4u(params.columns - 1)) * select(1, params.inner, transposed);
}

fn blockA(rowStarts: vec4u, k: u32) -> mat4x4f {
  let at = rowStarts + k;
  return mat4x4f(
    a[at.x], a[at.x + 1], a[at.x + 2], a[at.x + 3], a[at.y], a[at.y + 1], a[at.y + 2], a[at.y + 3],
    a[at.z], a[at.z + 1], a[at.z + 2], a[at.z + 3], a[at.w], a[at.w + 1], a[at.w + 2], a[at.w + 3]
  );
}

fn blockB(columnStarts: vec4u, k: u32) -> mat4x4f {
  let step = select(params.columns, 1, transposed);
  let k0 = columnStarts + k * step;
  let k1 = k0 + step;
  let k2 = k1 + step;
  let k3 = k2 + step;
  return mat4x4f(
    b[k0.x], b[k0.y], b[k0.z], b[k0.w], b[k1.x], b[k1.y], b[k1.z], b[k1.w],
    b[k2.x], b[k2.y], b[k2.z], b[k2.w], b[k3.x], b[k3.y], b[k3.z], b[k3.w]
  );
}

fn storeQuad(row: u32, column: u32, quad: vec4f) {
  if (row >= params.rows) { return; }
  let at = row * params.columns + column;
  for (var i = 0u; i < 4; i++) {
    if (column + i < params.columns) { c[at + i] = quad[i] + select(0.0, bias[column + i], params.hasBias != 0); }
  }
}

@compute @workgroup_size(workgroupSize)
fn matmul(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = (params.columns + tileColumns() - 1) / tileColumns();
  let row0 = tile / tilesAcross * tileRows();
  let column0 = tile % tilesAcross * tileColumns();
  if (row0 >= params.rows) { return; }
  addProduct(row0, column0, 0, params.inner, thread);
  storeTile(row0, column0, thread);
}
