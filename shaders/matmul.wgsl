// c = a b (+ bias in every row): b lies [in, out], or [out, in] when `transposed`. One 64 x 64 tile of c a workgroup (lib/tile.wgsl).
// Rows and columns past the end are read from the last one and not stored; only the inner dimension needs zeros.

struct Params { rows: u32, inner: u32, columns: u32, hasBias: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // [row, in]
@group(0) @binding(2) var<storage, read> b: array<f32>; // [in, out] or [out, in]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [out], or anything when hasBias is 0
@group(0) @binding(4) var<storage, read_write> c: array<f32>; // [row, out]

override workgroupSize: u32;
override transposed: bool;

fn alongA(row: u32, k: u32) -> vec4f {
  let at = min(row, params.rows - 1) * params.inner + k;
  if (k + 4 <= params.inner) { return vec4f(a[at], a[at + 1], a[at + 2], a[at + 3]); }
  var quad = vec4f();
  if (k < params.inner) { quad.x = a[at]; }
  if (k + 1 < params.inner) { quad.y = a[at + 1]; }
  if (k + 2 < params.inner) { quad.z = a[at + 2]; }
  return quad;
}

/** b as [out, in]: entries k … k+3 of a column. */
fn alongB(column: u32, k: u32) -> vec4f {
  let at = min(column, params.columns - 1) * params.inner + k;
  if (k + 4 <= params.inner) { return vec4f(b[at], b[at + 1], b[at + 2], b[at + 3]); }
  var quad = vec4f();
  if (k < params.inner) { quad.x = b[at]; }
  if (k + 1 < params.inner) { quad.y = b[at + 1]; }
  if (k + 2 < params.inner) { quad.z = b[at + 2]; }
  return quad;
}

/** b as [in, out]: four neighbouring columns at k. */
fn acrossB(column: u32, k: u32) -> vec4f {
  if (k >= params.inner) { return vec4f(); }
  let at = k * params.columns;
  let last = params.columns - 1;
  return vec4f(b[at + min(column, last)], b[at + min(column + 1, last)], b[at + min(column + 2, last)], b[at + min(column + 3, last)]);
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
  let tilesAcross = (params.columns + tileSide - 1) / tileSide;
  let row0 = tile / tilesAcross * tileSide;
  let column0 = tile % tilesAcross * tileSide;
  if (row0 >= params.rows) { return; }

  for (var k0 = 0u; k0 < params.inner; k0 += slabDepth) {
    let quad = thread / 4;
    let k = thread % 4 * 4;
    let row = row0 + quad * 4;
    putRowsA(quad, k, mat4x4f(alongA(row, k0 + k), alongA(row + 1, k0 + k), alongA(row + 2, k0 + k), alongA(row + 3, k0 + k)));
    if (transposed) {
      let column = column0 + quad * 4;
      putColumnsB(quad, k, mat4x4f(alongB(column, k0 + k), alongB(column + 1, k0 + k), alongB(column + 2, k0 + k), alongB(column + 3, k0 + k)));
    } else {
      for (var i = thread; i < 256; i += 64) { tileB[i] = acrossB(column0 + i % 16 * 4, k0 + i / 16); }
    }
    workgroupBarrier();
    addSlab(thread);
    workgroupBarrier();
  }
  storeTile(row0, column0, thread);
}
