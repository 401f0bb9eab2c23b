// out[i, s, (h, c)] = Σ_j pattern[h, i, j] · values[j, s, (g(h), c)]: for each head a product of [query, key] and [key, (column, dHead)], one tile
// a workgroup (lib/tile*.wgsl). Both signals are windows of the tokens; causal: keys after a tile's last query are not visited.

struct Params {
  tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32,
  firstOut: u32, outTokens: u32, firstValue: u32, valueTokens: u32, staggered: u32,
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
struct RowsOfPattern {
  starts: vec4u, // of their rows, at the first value
  seen: vec4u, // keys that each of them sees
}

fn placeA(query: u32) -> RowsOfPattern {
  let four = min(query + vec4u(0, 1, 2, 3), vec4u(params.outTokens - 1));
  let starts = (head * params.tokens + params.firstOut + four) * params.tokens + params.firstValue;
  return RowsOfPattern(starts, vec4u(seenBy(four.x), seenBy(four.y), seenBy(four.z), seenBy(four.w)));
}

/** Four columns n = (s, c) of the product. */
struct ColumnsOfValues {
  starts: vec4u, // in a token of `values`
  columns: vec4u, // s
}

fn placeB(n: u32) -> ColumnsOfValues {
  let column = min(n + vec4u(0, 1, 2, 3), vec4u(params.columns * params.dHead - 1));
  let kvHead = head / (params.heads / params.kvHeads);
  let columns = column / params.dHead;
  return ColumnsOfValues((columns * params.kvHeads + kvHead) * params.dHead + column % params.dHead, columns);
}

fn alongPattern(start: u32, seen: u32, key: u32) -> vec4f {
  return select(vec4f(), fourOfA(start + key), key + vec4u(0, 1, 2, 3) < vec4u(seen));
}

fn blockA(place: RowsOfPattern, key: u32) -> mat4x4f {
  let starts = place.starts;
  let seen = place.seen;
  return mat4x4f(
    alongPattern(starts.x, seen.x, key), alongPattern(starts.y, seen.y, key),
    alongPattern(starts.z, seen.z, key), alongPattern(starts.w, seen.w, key)
  );
}

fn blockB(place: ColumnsOfValues, key: u32) -> mat4x4f {
  let width = params.kvHeads * params.dHead;
  if (params.staggered != 0) {
    let r0 = rowsBefore(key, params.columns, 1);
    let r1 = r0 + min(key + 1, params.columns);
    let r2 = r1 + min(key + 2, params.columns);
    let r3 = r2 + min(key + 3, params.columns);
    return mat4x4f(begun(place, key, r0 * width), begun(place, key + 1, r1 * width), begun(place, key + 2, r2 * width), begun(place, key + 3, r3 * width));
  }
  let stride = params.columns * width;
  let at = place.starts + key * stride;
  return mat4x4f(eachOfB(at), eachOfB(at + stride), eachOfB(at + 2 * stride), eachOfB(at + 3 * stride));
}

/** The values of a key; columns that begin after it have none there. */
fn begun(place: ColumnsOfValues, key: u32, first: u32) -> vec4f {
  return select(vec4f(), eachOfB(place.starts + first), place.columns <= vec4u(key));
}

fn storeQuad(query: u32, n: u32, quad: vec4f) {
  if (query >= params.outTokens) { return; }
  let first = rowsBefore(query, params.columns, params.staggered);
  let end = rowsBefore(query + 1, params.columns, params.staggered);
  var row = first + n / params.dHead;
  var channel = n % params.dHead;
  for (var i = 0u; i < 4; i++) {
    if (row < end) { mixed[(row * params.heads + head) * params.dHead + channel] = quad[i]; }
    channel++;
    if (channel == params.dHead) { channel = 0; row++; }
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
  let begins = select(0, n0 / params.dHead, params.staggered != 0); // the first key that the tile's columns have
  if (query0 + tileRows() <= begins) { return; }
  addProduct(query0, n0, begins, seenBy(query0 + tileRows() - 1), thread);
  storeTile(query0, n0, thread);
}
