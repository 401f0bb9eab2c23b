// out[i, s, (h, c)] = Σ_j pattern[h, i, j] · values[j, s, (g(h), c)]: for each head a product of [query, key] and [key, (column, dHead)], one tile
// a workgroup (lib/tile*.wgsl). Both signals are windows of the tokens; causal: keys after a tile's last query are not visited.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32,
  firstOut: u32, outTokens: u32, firstValue: u32, valueTokens: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // pattern [head, query, key]; `tokens` keys, and as many queries where there is more than one head
@group(0) @binding(2) var<storage, read> b: array<f32>; // values [key from firstValue, column, (kvHead, dHead)]
@group(0) @binding(3) var<storage, read_write> mixed: array<f32>; // [query from firstOut, column, (head, dHead)]

override workgroupSize: u32;

var<private> head: u32;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return false; }

/** How many values of the window a query sees. firstOut >= firstValue when causal, so it is never negative. */
fn seenBy(query: u32) -> u32 {
  return select(params.valueTokens, min(params.valueTokens, params.firstOut + query + 1 - params.firstValue), params.causal != 0);
}

/** Four queries. */
fn placeA(query: u32) -> vec4u {
  return min(query + vec4u(0, 1, 2, 3), vec4u(params.outTokens - 1));
}

/** Where four columns n = (s, c) of the product start in a token of `values`. */
fn placeB(n: u32) -> vec4u {
  let column = min(n + vec4u(0, 1, 2, 3), vec4u(params.columns * params.dHead - 1));
  let kvHead = head / (params.heads / params.kvHeads);
  return (column / params.dHead * params.kvHeads + kvHead) * params.dHead + column % params.dHead;
}

fn alongPattern(query: u32, key: u32) -> vec4f {
  let at = (head * params.tokens + params.firstOut + query) * params.tokens + params.firstValue + key;
  return select(vec4f(), fourOfA(at), key + vec4u(0, 1, 2, 3) < vec4u(seenBy(query)));
}

fn blockA(query: vec4u, key: u32) -> mat4x4f {
  return mat4x4f(alongPattern(query.x, key), alongPattern(query.y, key), alongPattern(query.z, key), alongPattern(query.w, key));
}

fn blockB(starts: vec4u, key: u32) -> mat4x4f {
  let stride = params.columns * params.kvHeads * params.dHead;
  let at = starts + key * stride;
  return mat4x4f(eachOfB(at), eachOfB(at + stride), eachOfB(at + 2 * stride), eachOfB(at + 3 * stride));
}

fn storeQuad(query: u32, n: u32, quad: vec4f) {
  if (query >= params.outTokens) { return; }
  for (var i = 0u; i < 4; i++) {
    let column = n + i;
    if (column < params.columns * params.dHead) {
      let s = query * params.columns + column / params.dHead;
      mixed[(s * params.heads + head) * params.dHead + column % params.dHead] = quad[i];
    }
  }
}

fn columnCount() -> u32 { return params.columns * params.dHead; }

@compute @workgroup_size(workgroupSize)
fn mixValues(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.outTokens + tileRows() - 1) / tileRows();
  let query0 = tile / tilesAcross % tilesDown * tileRows();
  let n0 = tile % tilesAcross * tileColumns();
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }

  head = tile / (tilesAcross * tilesDown);
  addProduct(query0, n0, 0, seenBy(query0 + tileRows() - 1), thread);
  storeTile(query0, n0, thread);
}
