// scores[h, i, j] = s = scale · q_i,h · k_j,g(h), the logits of attention; with a soft cap c (not 0): c tanh(s / c); with slopes: + slope_h (j - i).
// One tile a workgroup (lib/headsByHeads.wgsl, lib/tile*.wgsl); causal: tiles where every j > i, or with a window (not 0) every j <= i - window, are
// left as they are, since softmaxRows does not read there.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, causal: u32, window: u32, scale: f32, softCap: f32, hasSlopes: u32
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // q [query, head, dHead]
@group(0) @binding(2) var<storage, read> b: array<f32>; // k [key, kvHead, dHead]
@group(0) @binding(3) var<storage, read> slopes: array<f32>; // [head], or anything when hasSlopes is 0
@group(0) @binding(4) var<storage, read_write> scores: array<f32>; // [head, query, key]

override workgroupSize: u32;

fn rowCount() -> u32 { return params.tokens; }

fn storeQuad(query: u32, key: u32, quad: vec4f) {
  if (query >= params.tokens) { return; }
  let at = (head * params.tokens + query) * params.tokens + key;
  let slope = select(0.0, slopes[min(head, arrayLength(&slopes) - 1)], params.hasSlopes != 0);
  for (var i = 0u; i < 4; i++) {
    if (key + i < params.tokens) {
      scores[at + i] = capped(quad[i] * params.scale) + slope * (f32(key + i) - f32(query));
    }
  }
}

fn capped(score: f32) -> f32 {
  if (params.softCap == 0) { return score; }
  return score * tanhRatio(score / params.softCap);
}

fn columnCount() -> u32 { return params.tokens; }

@compute @workgroup_size(workgroupSize)
fn attentionScores(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.tokens + tileRows() - 1) / tileRows();
  let query0 = tile / tilesAcross % tilesDown * tileRows();
  let key0 = tile % tilesAcross * tileColumns();
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }
  if (params.causal != 0 && key0 >= query0 + tileRows()) { return; }
  if (params.window != 0 && key0 + tileColumns() + params.window <= query0 + 1) { return; }

  head = tile / (tilesAcross * tilesDown);
  addProduct(query0, key0, 0, params.dHead, thread);
  storeTile(query0, key0, thread);
}
