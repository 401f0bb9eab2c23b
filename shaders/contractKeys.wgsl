// out[i, s, (h, c)] = factor Σ_j p[i, s, (h, j)] · y[j, (g(h), c)]: for each head a product of [(query, column), key] and [key, c], one tile a
// workgroup (lib/tile*.wgsl). causal: keys after a tile's last query are not visited; p is zero for j > i.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32, firstToken: u32, queryTokens: u32, factor: f32
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // p [query from firstToken, column, (head, key)]
@group(0) @binding(2) var<storage, read> b: array<f32>; // y [key, (kvHead, dHead)]
@group(0) @binding(3) var<storage, read_write> contracted: array<f32>; // [query from firstToken, column, (head, dHead)]

override workgroupSize: u32;

var<private> head: u32;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return false; }

/** Where four rows (query, column) start. */
fn placeA(row: u32) -> vec4u {
  return (min(row + vec4u(0, 1, 2, 3), vec4u(params.queryTokens * params.columns - 1)) * params.heads + head) * params.tokens;
}

/** Where four channels of the key/value head begin in a token of y. */
fn placeB(c: u32) -> u32 {
  let kvHead = head / (params.heads / params.kvHeads);
  return kvHead * params.dHead + min(c, params.dHead - 1);
}

fn blockA(starts: vec4u, key: u32) -> mat4x4f { return alongA(starts, key); }
fn blockB(start: u32, key: u32) -> mat4x4f { return acrossB(start, params.kvHeads * params.dHead, key); }

fn storeQuad(row: u32, c: u32, quad: vec4f) {
  if (row >= params.queryTokens * params.columns) { return; }
  for (var i = 0u; i < 4; i++) {
    if (c + i < params.dHead) { contracted[(row * params.heads + head) * params.dHead + c + i] = params.factor * quad[i]; }
  }
}

fn columnCount() -> u32 { return params.dHead; }

@compute @workgroup_size(workgroupSize)
fn contractKeys(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.queryTokens * params.columns + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let c0 = tile % tilesAcross * tileColumns();
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }

  head = tile / (tilesAcross * tilesDown);
  let lastQuery = params.firstToken + (row0 + tileRows() - 1) / params.columns;
  addProduct(row0, c0, 0, select(params.tokens, min(params.tokens, lastQuery + 1), params.causal != 0), thread);
  storeTile(row0, c0, thread);
}
