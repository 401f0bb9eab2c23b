// Z[i, s, :] = scales[i] · Σ_h pattern[h, i, j] · basis[j, h, :] (+ own[j, :] where i = j): for each source j = firstSource + s a product of
// [query, head] and [head, channel], one tile a workgroup (lib/tile*.wgsl). The pattern of a causal model is zero for queries before the source.

struct Params {
  tokens: u32, heads: u32, sources: u32, channels: u32,
  firstOut: u32, outTokens: u32, firstSource: u32, skippedOwn: u32, hasOwn: u32, hasScales: u32, staggered: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // pattern [head, query, key], `tokens` of each
@group(0) @binding(2) var<storage, read> b: array<f32>; // basis [source from firstSource, head, channel]
@group(0) @binding(3) var<storage, read> own: array<f32>; // [source from skippedOwn rows earlier, channel], or anything when hasOwn is 0
@group(0) @binding(4) var<storage, read> scales: array<f32>; // [token], or anything when hasScales is 0
@group(0) @binding(5) var<storage, read_write> expanded: array<f32>; // [query from firstOut, source, channel]

override workgroupSize: u32;

var<private> source: u32;

fn rowsLieAlongK() -> bool { return false; }
fn columnsLieAlongK() -> bool { return false; }

/** Where the first head's weights of four queries lie. */
fn placeA(query: u32) -> vec4u {
  let four = params.firstOut + min(query + vec4u(0, 1, 2, 3), vec4u(params.outTokens - 1));
  return four * params.tokens + params.firstSource + source;
}

/** Where four channels of the source's first head begin. */
fn placeB(channel: u32) -> u32 {
  return source * params.heads * params.channels + min(channel, params.channels - 1);
}

/** Of heads past the last any number, which zeroFrom removes. */
fn blockA(starts: vec4u, head: u32) -> mat4x4f {
  let stride = params.tokens * params.tokens;
  let at = starts + head * stride;
  return transpose(mat4x4f(eachOfA(at), eachOfA(at + stride), eachOfA(at + 2 * stride), eachOfA(at + 3 * stride)));
}

fn blockB(start: u32, head: u32) -> mat4x4f { return acrossB(start, params.channels, head); }

fn storeQuad(query: u32, channel: u32, quad: vec4f) {
  if (query >= params.outTokens) { return; }
  let token = params.firstOut + query;
  let isOwn = params.hasOwn != 0 && token == params.firstSource + source;
  let scale = select(1.0, scales[token], params.hasScales != 0);
  let at = (rowsBefore(query, params.sources, params.staggered) + source) * params.channels + channel;
  var entries = scale * quad; // those past the last channel are any numbers, and are not stored
  if (isOwn) {
    let place = (params.skippedOwn + source) * params.channels + channel;
    entries += vec4f(own[place], own[place + 1], own[place + 2], own[place + 3]);
  }
  if (channel < params.channels) { expanded[at] = entries.x; }
  if (channel + 1 < params.channels) { expanded[at + 1] = entries.y; }
  if (channel + 2 < params.channels) { expanded[at + 2] = entries.z; }
  if (channel + 3 < params.channels) { expanded[at + 3] = entries.w; }
}

fn columnCount() -> u32 { return params.channels; }

@compute @workgroup_size(workgroupSize)
fn expandSources(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (params.outTokens + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let column0 = tile % tilesAcross * tileColumns();
  if (tile >= params.sources * tilesAcross * tilesDown) { return; }

  let ownSource = tile / (tilesAcross * tilesDown); // a `let`, so that the return is seen to be uniform
  let query0 = row0 + select(0, ownSource, params.staggered != 0); // a staggered source has no earlier queries
  if (query0 >= params.outTokens) { return; }
  source = ownSource;
  addProduct(query0, column0, 0, params.heads, thread);
  storeTile(query0, column0, thread);
}
