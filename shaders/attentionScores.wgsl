// scores[h, i, j] = scale · q_i,h · k_j,g(h), the logits of attention. One 64 x 64 tile a workgroup; causal: tiles with every j > i are left
// as they are, since softmaxRows does not read above the diagonal.

struct Params { tokens: u32, heads: u32, kvHeads: u32, dHead: u32, causal: u32, scale: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>; // [query, head, dHead]
@group(0) @binding(2) var<storage, read> k: array<f32>; // [key, kvHead, dHead]
@group(0) @binding(3) var<storage, read_write> scores: array<f32>; // [head, query, key]

override workgroupSize: u32;

var<private> head: u32;

fn alongQ(query: u32, c: u32) -> vec4f {
  let at = (min(query, params.tokens - 1) * params.heads + head) * params.dHead + c;
  var quad = vec4f();
  for (var i = 0u; i < 4; i++) {
    if (c + i < params.dHead) { quad[i] = q[at + i]; }
  }
  return quad;
}

fn alongK(key: u32, c: u32) -> vec4f {
  let kvHead = head / (params.heads / params.kvHeads);
  let at = (min(key, params.tokens - 1) * params.kvHeads + kvHead) * params.dHead + c;
  var quad = vec4f();
  for (var i = 0u; i < 4; i++) {
    if (c + i < params.dHead) { quad[i] = k[at + i]; }
  }
  return quad;
}

fn storeQuad(query: u32, key: u32, quad: vec4f) {
  if (query >= params.tokens) { return; }
  let at = (head * params.tokens + query) * params.tokens + key;
  for (var i = 0u; i < 4; i++) {
    if (key + i < params.tokens) { scores[at + i] = quad[i] * params.scale; }
  }
}

@compute @workgroup_size(workgroupSize)
fn attentionScores(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = (params.tokens + tileSide - 1) / tileSide;
  head = tile / (tilesAcross * tilesAcross);
  let query0 = tile / tilesAcross % tilesAcross * tileSide;
  let key0 = tile % tilesAcross * tileSide;
  if (tile >= params.heads * tilesAcross * tilesAcross || (params.causal != 0 && key0 > query0)) { return; }

  for (var c0 = 0u; c0 < params.dHead; c0 += slabDepth) {
    let quad = thread / 4;
    let depth = thread % 4 * 4;
    let c = c0 + depth;
    let query = query0 + quad * 4;
    let key = key0 + quad * 4;
    putRowsA(quad, depth, mat4x4f(alongQ(query, c), alongQ(query + 1, c), alongQ(query + 2, c), alongQ(query + 3, c)));
    putColumnsB(quad, depth, mat4x4f(alongK(key, c), alongK(key + 1, c), alongK(key + 2, c), alongK(key + 3, c)));
    workgroupBarrier();
    addSlab(thread);
    workgroupBarrier();
  }
  storeTile(query0, key0, thread);
}
