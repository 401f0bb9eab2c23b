// products[i, s, (h, j)] = Σ_c x[i, s, (h, c)] · y[j, (g(h), c)]: for each head a product of [(query, column), c] and [c, key], one tile a workgroup
// (lib/tile*.wgsl). causal: exact zeros for j > i; tiles of such entries alone are not computed.

struct Params { tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32, firstToken: u32, queryTokens: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [query from firstToken, column, (head, dHead)]
@group(0) @binding(2) var<storage, read> y: array<f32>; // [key, (kvHead, dHead)]
@group(0) @binding(3) var<storage, read_write> products: array<f32>; // [query from firstToken, column, (head, key)]

override workgroupSize: u32;

var<private> head: u32;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return true; }

/** Where four rows (query, column) start. */
fn placeA(row: u32) -> vec4u {
  return (min(row + vec4u(0, 1, 2, 3), vec4u(params.queryTokens * params.columns - 1)) * params.heads + head) * params.dHead;
}

/** Where four keys start. */
fn placeB(key: u32) -> vec4u {
  let kvHead = head / (params.heads / params.kvHeads);
  return (min(key + vec4u(0, 1, 2, 3), vec4u(params.tokens - 1)) * params.kvHeads + kvHead) * params.dHead;
}

fn blockA(starts: vec4u, c: u32) -> mat4x4f {
  let at = starts + c;
  return mat4x4f(
    x[at.x], x[at.x + 1], x[at.x + 2], x[at.x + 3], x[at.y], x[at.y + 1], x[at.y + 2], x[at.y + 3],
    x[at.z], x[at.z + 1], x[at.z + 2], x[at.z + 3], x[at.w], x[at.w + 1], x[at.w + 2], x[at.w + 3]
  );
}

fn blockB(starts: vec4u, c: u32) -> mat4x4f {
  let at = starts + c;
  return mat4x4f(
    y[at.x], y[at.y], y[at.z], y[at.w], y[at.x + 1], y[at.y + 1], y[at.z + 1], y[at.w + 1],
    y[at.x + 2], y[at.y + 2], y[at.z + 2], y[at.w + 2], y[at.x + 3], y[at.y + 3], y[at.z + 3], y[at.w + 3]
  );
}

fn queryOf(row: u32) -> u32 { return params.firstToken + row / params.columns; }

fn storeQuad(row: u32, key: u32, quad: vec4f) {
  if (row >= params.queryTokens * params.columns) { return; }
  let at = (row * params.heads + head) * params.tokens + key;
  for (var i = 0u; i < 4; i++) {
    let seen = params.causal == 0 || key + i <= queryOf(row);
    if (key + i < params.tokens) { products[at + i] = select(0.0, quad[i], seen); }
  }
}

@compute @workgroup_size(workgroupSize)
fn headProducts(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = (params.tokens + tileColumns() - 1) / tileColumns();
  let tilesDown = (params.queryTokens * params.columns + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let key0 = tile % tilesAcross * tileColumns();
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }

  head = tile / (tilesAcross * tilesDown);
  let unseen = params.causal != 0 && key0 > queryOf(row0 + tileRows() - 1);
  addProduct(row0, key0, 0, select(params.dHead, 0, unseen), thread);
  storeTile(row0, key0, thread);
}
