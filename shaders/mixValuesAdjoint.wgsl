// out[j, s, (g, c)] = Σ_{h of group g} Σ_i pattern[h, i, j] · cotangents[i, s, (h, c)]: for each key/value head a product of [key, (head, query)]
// and [(head, query), (column, dHead)], one 64 x 64 tile a workgroup. causal: queries before the tile's first key are not visited.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32,
  outTokens: u32, firstQuery: u32, queryTokens: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pattern: array<f32>; // [head, query, key], all tokens
@group(0) @binding(2) var<storage, read> cotangents: array<f32>; // [query from firstQuery, column, (head, dHead)]
@group(0) @binding(3) var<storage, read_write> pulled: array<f32>; // [key from 0, column, (kvHead, dHead)]

override workgroupSize: u32;

var<private> kvHead: u32;

fn storeQuad(key: u32, n: u32, quad: vec4f) {
  if (key >= params.outTokens) { return; }
  for (var i = 0u; i < 4; i++) {
    let column = n + i;
    if (column < params.columns * params.dHead) {
      let s = key * params.columns + column / params.dHead;
      pulled[(s * params.kvHeads + kvHead) * params.dHead + column % params.dHead] = quad[i];
    }
  }
}

/** pattern[head, query, key … key+3]; zero at keys that the query does not see. */
fn acrossPattern(head: u32, query: u32, key: u32) -> vec4f {
  let at = (head * params.tokens + query) * params.tokens + key;
  let end = select(params.tokens, query + 1, params.causal != 0);
  var quad = vec4f();
  for (var i = 0u; i < 4; i++) {
    if (key + i < end) { quad[i] = pattern[at + i]; }
  }
  return quad;
}

/** Where column n = (s, c) of the product starts in a token of `cotangents`, for head 0; past the end: the last one. */
fn cotangentOffset(n: u32) -> u32 {
  let column = min(n, params.columns * params.dHead - 1);
  return column / params.dHead * params.heads * params.dHead + column % params.dHead;
}

@compute @workgroup_size(workgroupSize)
fn mixValuesAdjoint(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = (params.columns * params.dHead + tileSide - 1) / tileSide;
  let tilesDown = (params.outTokens + tileSide - 1) / tileSide;
  let ownHead = tile / (tilesAcross * tilesDown); // a `let`, because the loop over heads must be seen to be uniform
  kvHead = ownHead;
  let key0 = tile / tilesAcross % tilesDown * tileSide;
  let n0 = tile % tilesAcross * tileSide;
  if (tile >= params.kvHeads * tilesAcross * tilesDown) { return; }

  let quad = thread % 16;
  let key = key0 + quad * 4;
  let n = n0 + quad * 4;
  let offsets = vec4u(cotangentOffset(n), cotangentOffset(n + 1), cotangentOffset(n + 2), cotangentOffset(n + 3));
  let tokenStride = params.columns * params.heads * params.dHead;
  let groupSize = params.heads / params.kvHeads;
  // The first query that sees a key of the tile, as a position in the window, rounded down to a whole slab.
  let blind = select(0, key0 - min(key0, params.firstQuery), params.causal != 0) / slabDepth * slabDepth;

  for (var head = ownHead * groupSize; head < (ownHead + 1) * groupSize; head++) {
    for (var query0 = blind; query0 < params.queryTokens; query0 += slabDepth) {
      for (var i = thread; i < 256; i += 64) {
        let query = query0 + i / 16;
        let at = query * tokenStride + head * params.dHead;
        tileA[i] = vec4f();
        tileB[i] = vec4f();
        if (query < params.queryTokens) {
          tileA[i] = acrossPattern(head, params.firstQuery + query, key);
          tileB[i] = vec4f(cotangents[at + offsets.x], cotangents[at + offsets.y], cotangents[at + offsets.z], cotangents[at + offsets.w]);
        }
      }
      workgroupBarrier();
      addSlab(thread);
      workgroupBarrier();
    }
  }
  storeTile(key0, n0, thread);
}
