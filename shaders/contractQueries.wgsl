// out[j, s, (g, c)] = factor Σ_{h of group g} Σ_i p[i, s, (h, j)] · x[i, (h, c)]: for each column, key/value head and each of its heads a product
// of [key, query] and [query, c], one tile a workgroup (lib/tile*.wgsl). causal: queries before a tile's first key are not visited; p is zero for j > i.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32, firstToken: u32, queryTokens: u32, outTokens: u32, factor: f32
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // p [query from firstToken, column, (head, key)]
@group(0) @binding(2) var<storage, read> b: array<f32>; // x [query, (head, dHead)], all queries
@group(0) @binding(3) var<storage, read_write> contracted: array<f32>; // [key from 0, column, (kvHead, dHead)]

override workgroupSize: u32;

var<private> head: u32;
var<private> kvHead: u32;
var<private> column: u32;

fn rowsLieAlongK() -> bool { return false; }
fn columnsLieAlongK() -> bool { return false; }

/** Where four keys begin in a query of p, in the own column and head. */
fn placeA(key: u32) -> u32 {
  return (column * params.heads + head) * params.tokens + min(key, params.tokens - 1);
}

/** Where four channels of the head begin, at the first query of the window. */
fn placeB(c: u32) -> u32 {
  return (params.firstToken * params.heads + head) * params.dHead + min(c, params.dHead - 1);
}

fn blockA(start: u32, query: u32) -> mat4x4f { return acrossA(start, params.columns * params.heads * params.tokens, query); }
fn blockB(start: u32, query: u32) -> mat4x4f { return acrossB(start, params.heads * params.dHead, query); }

fn storeQuad(key: u32, c: u32, quad: vec4f) {
  if (key >= params.outTokens) { return; }
  let start = ((key * params.columns + column) * params.kvHeads + kvHead) * params.dHead;
  for (var i = 0u; i < 4; i++) {
    if (c + i < params.dHead) { contracted[start + c + i] = params.factor * quad[i]; }
  }
}

fn columnCount() -> u32 { return params.dHead; }

@compute @workgroup_size(workgroupSize)
fn contractQueries(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.outTokens + tileRows() - 1) / tileRows();
  let key0 = tile / tilesAcross % tilesDown * tileRows();
  let c0 = tile % tilesAcross * tileColumns();
  let batch = tile / (tilesAcross * tilesDown);
  if (batch >= params.kvHeads * params.columns) { return; }

  // The first query that sees a key of the tile, as a position in the window.
  let firstSeen = select(0, key0 - min(key0, params.firstToken), params.causal != 0);
  let groupSize = params.heads / params.kvHeads;
  let ownHead = batch % params.kvHeads; // a `let`, so that the loop is seen to be uniform
  kvHead = ownHead;
  column = batch / params.kvHeads;
  for (var h = ownHead * groupSize; h < (ownHead + 1) * groupSize; h++) {
    head = h;
    addProduct(key0, c0, firstSeen, params.queryTokens, thread);
  }
  storeTile(key0, c0, thread);
}
