// out[i, s, (h, c)] = factor Σ_j p[i, s, (h, j)] · y[j, (g(h), c)]: for each head a product of [(query, column), key] and [key, c], one tile a
// workgroup (lib/tile*.wgsl). causal: keys after a tile's last query are not visited; p is zero for j > i.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32, firstToken: u32, queryTokens: u32, factor: f32
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> p: array<f32>; // [query from firstToken, column, (head, key)]
@group(0) @binding(2) var<storage, read> y: array<f32>; // [key, (kvHead, dHead)]
@group(0) @binding(3) var<storage, read_write> contracted: array<f32>; // [query from firstToken, column, (head, dHead)]

override workgroupSize: u32;

var<private> head: u32;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return false; }

/** Where four rows (query, column) start. */
fn placeA(row: u32) -> vec4u {
  return (min(row + vec4u(0, 1, 2, 3), vec4u(params.queryTokens * params.columns - 1)) * params.heads + head) * params.tokens;
}

/** Where four channels of the key/value head lie in a token of y. */
fn placeB(c: u32) -> vec4u {
  let kvHead = head / (params.heads / params.kvHeads);
  return kvHead * params.dHead + min(c + vec4u(0, 1, 2, 3), vec4u(params.dHead - 1));
}

fn blockA(starts: vec4u, key: u32) -> mat4x4f {
  let at = starts + key;
  return mat4x4f(
    p[at.x], p[at.x + 1], p[at.x + 2], p[at.x + 3], p[at.y], p[at.y + 1], p[at.y + 2], p[at.y + 3],
    p[at.z], p[at.z + 1], p[at.z + 2], p[at.z + 3], p[at.w], p[at.w + 1], p[at.w + 2], p[at.w + 3]
  );
}

fn blockB(places: vec4u, key: u32) -> mat4x4f {
  let stride = params.kvHeads * params.dHead;
  let y0 = places + key * stride;
  let y1 = y0 + stride;
  let y2 = y1 + stride;
  let y3 = y2 + stride;
  return mat4x4f(
    y[y0.x], y[y0.y], y[y0.z], y[y0.w], y[y1.x], y[y1.y], y[y1.z], y[y1.w],
    y[y2.x], y[y2.y], y[y2.z], y[y2.w], y[y3.x], y[y3.y], y[y3.z], y[y3.w]
  );
}

fn storeQuad(row: u32, c: u32, quad: vec4f) {
  if (row >= params.queryTokens * params.columns) { return; }
  for (var i = 0u; i < 4; i++) {
    if (c + i < params.dHead) { contracted[(row * params.heads + head) * params.dHead + c + i] = params.factor * quad[i]; }
  }
}

@compute @workgroup_size(workgroupSize)
fn contractKeys(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = (params.dHead + tileColumns() - 1) / tileColumns();
  let tilesDown = (params.queryTokens * params.columns + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let c0 = tile % tilesAcross * tileColumns();
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }

  head = tile / (tilesAcross * tilesDown);
  let lastQuery = params.firstToken + (row0 + tileRows() - 1) / params.columns;
  addProduct(row0, c0, 0, select(params.tokens, min(params.tokens, lastQuery + 1), params.causal != 0), thread);
  storeTile(row0, c0, thread);
}
