// out[j, s, (g, c)] = Σ_{h of group g} Σ_i pattern[h, i, j] · cotangents[i, s, (h, c)]: for each key/value head and each of its heads a product of
// [key, query] and [query, (column, dHead)], one tile a workgroup (lib/tile*.wgsl). causal: queries before a tile's first key
// are not visited.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32,
  outTokens: u32, firstQuery: u32, queryTokens: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // pattern [head, query, key]; `tokens` keys, and as many queries where there is more than one head
@group(0) @binding(2) var<storage, read> b: array<f32>; // cotangents [query from firstQuery, column, (head, dHead)]
@group(0) @binding(3) var<storage, read_write> pulled: array<f32>; // [key from 0, column, (kvHead, dHead)]

override workgroupSize: u32;

var<private> head: u32;
var<private> kvHead: u32;

fn rowsLieAlongK() -> bool { return false; }
fn columnsLieAlongK() -> bool { return false; }

/** Four keys. */
fn placeA(key: u32) -> vec4u {
  return key + vec4u(0, 1, 2, 3);
}

/** Where four columns n = (s, c) of the product start in a token of `cotangents`. */
fn placeB(n: u32) -> vec4u {
  let column = min(n + vec4u(0, 1, 2, 3), vec4u(params.columns * params.dHead - 1));
  return (column / params.dHead * params.heads + head) * params.dHead + column % params.dHead;
}

/** pattern[head, query, four keys]; zero at keys that the query does not see. */
fn acrossPattern(keys: vec4u, query: u32) -> vec4f {
  let row = params.firstQuery + query;
  let at = (head * params.tokens + row) * params.tokens + keys.x;
  let end = select(params.tokens, row + 1, params.causal != 0);
  return select(vec4f(), fourOfA(at), keys < vec4u(end));
}

fn blockA(keys: vec4u, query: u32) -> mat4x4f {
  return transpose(mat4x4f(acrossPattern(keys, query), acrossPattern(keys, query + 1), acrossPattern(keys, query + 2), acrossPattern(keys, query + 3)));
}

fn blockB(starts: vec4u, query: u32) -> mat4x4f {
  let stride = params.columns * params.heads * params.dHead;
  let at = starts + query * stride;
  return mat4x4f(eachOfB(at), eachOfB(at + stride), eachOfB(at + 2 * stride), eachOfB(at + 3 * stride));
}

fn storeQuad(row: u32, n: u32, quad: vec4f) {
  if (row >= params.outTokens) { return; }
  for (var i = 0u; i < 4; i++) {
    let column = n + i;
    if (column < params.columns * params.dHead) {
      let s = row * params.columns + column / params.dHead;
      pulled[(s * params.kvHeads + kvHead) * params.dHead + column % params.dHead] = quad[i];
    }
  }
}

fn columnCount() -> u32 { return params.columns * params.dHead; }

@compute @workgroup_size(workgroupSize)
fn mixValuesAdjoint(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.outTokens + tileRows() - 1) / tileRows();
  let key0 = tile / tilesAcross % tilesDown * tileRows();
  let n0 = tile % tilesAcross * tileColumns();
  if (tile >= params.kvHeads * tilesAcross * tilesDown) { return; }

  // The first query that sees a key of the tile, as a position in the window.
  let firstSeen = select(0, key0 - min(key0, params.firstQuery), params.causal != 0);
  let groupSize = params.heads / params.kvHeads;
  let ownHead = tile / (tilesAcross * tilesDown); // a `let`, so that the loop is seen to be uniform
  kvHead = ownHead;
  for (var h = ownHead * groupSize; h < (ownHead + 1) * groupSize; h++) {
    head = h;
    addProduct(key0, n0, firstSeen, params.queryTokens, thread);
  }
  storeTile(key0, n0, thread);
}
