// out[i, s, (h, c)] = Σ_j pattern[h, i, j] · values[j, s, (g(h), c)]: for each head a product of [query, key] and [key, (column, dHead)], one
// 64 x 64 tile a workgroup. Both signals are windows of the tokens; causal: keys after the tile's last query are not visited.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32,
  firstOut: u32, outTokens: u32, firstValue: u32, valueTokens: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pattern: array<f32>; // [head, query, key], all tokens
@group(0) @binding(2) var<storage, read> values: array<f32>; // [key from firstValue, column, (kvHead, dHead)]
@group(0) @binding(3) var<storage, read_write> mixed: array<f32>; // [query from firstOut, column, (head, dHead)]

override workgroupSize: u32;

var<private> head: u32;

/** How many values of the window a query sees. firstOut >= firstValue when causal, so it is never negative. */
fn seenBy(query: u32) -> u32 {
  return select(params.valueTokens, min(params.valueTokens, params.firstOut + query + 1 - params.firstValue), params.causal != 0);
}

/** pattern[head, query, key … key+3] by window positions; zero past what the query sees. */
fn alongPattern(query: u32, key: u32) -> vec4f {
  let bounded = min(query, params.outTokens - 1);
  let at = (head * params.tokens + params.firstOut + bounded) * params.tokens + params.firstValue + key;
  let seen = seenBy(bounded);
  var quad = vec4f();
  for (var i = 0u; i < 4; i++) {
    if (key + i < seen) { quad[i] = pattern[at + i]; }
  }
  return quad;
}

/** Where column n = (s, c) of the product starts in a token of `values`; past the end: the last one. */
fn valueOffset(n: u32) -> u32 {
  let column = min(n, params.columns * params.dHead - 1);
  let kvHead = head / (params.heads / params.kvHeads);
  return (column / params.dHead * params.kvHeads + kvHead) * params.dHead + column % params.dHead;
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

@compute @workgroup_size(workgroupSize)
fn mixValues(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = (params.columns * params.dHead + tileSide - 1) / tileSide;
  let tilesDown = (params.outTokens + tileSide - 1) / tileSide;
  head = tile / (tilesAcross * tilesDown);
  let query0 = tile / tilesAcross % tilesDown * tileSide;
  let n0 = tile % tilesAcross * tileSide;
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }

  let n = n0 + thread % 16 * 4;
  let offsets = vec4u(valueOffset(n), valueOffset(n + 1), valueOffset(n + 2), valueOffset(n + 3));
  let valueStride = params.columns * params.kvHeads * params.dHead;
  let keys = seenBy(query0 + tileSide - 1);

  for (var key0 = 0u; key0 < keys; key0 += slabDepth) {
    let quad = thread / 4;
    let depth = thread % 4 * 4;
    let query = query0 + quad * 4;
    let key = key0 + depth;
    putRowsA(quad, depth, mat4x4f(alongPattern(query, key), alongPattern(query + 1, key), alongPattern(query + 2, key), alongPattern(query + 3, key)));
    for (var i = thread; i < 256; i += 64) {
      let at = (key0 + i / 16) * valueStride;
      tileB[i] = vec4f();
      if (key0 + i / 16 < params.valueTokens) {
        tileB[i] = vec4f(values[at + offsets.x], values[at + offsets.y], values[at + offsets.z], values[at + offsets.w]);
      }
    }
    workgroupBarrier();
    addSlab(thread);
    workgroupBarrier();
  }
  storeTile(query0, n0, thread);
}
