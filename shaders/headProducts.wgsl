// products[i, s, (h, j)] = Σ_c x[i, s, (h, c)] · y[j, (g(h), c)]: for each head a product of [(query, column), c] and [c, key], one tile a workgroup
// (lib/headsByHeads.wgsl, lib/tile*.wgsl). causal: exact zeros for j > i; tiles of such entries alone are not computed.

struct Params { tokens: u32, heads: u32, kvHeads: u32, dHead: u32, columns: u32, causal: u32, firstToken: u32, queryTokens: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>; // x [query from firstToken, column, (head, dHead)]
@group(0) @binding(2) var<storage, read> b: array<f32>; // y [key, (kvHead, dHead)]
@group(0) @binding(3) var<storage, read_write> products: array<f32>; // [query from firstToken, column, (head, key)]

override workgroupSize: u32;

fn rowCount() -> u32 { return params.queryTokens * params.columns; }

fn queryOf(row: u32) -> u32 { return params.firstToken + row / params.columns; }

fn storeQuad(row: u32, key: u32, quad: vec4f) {
  if (row >= rowCount()) { return; }
  let at = (row * params.heads + head) * params.tokens + key;
  for (var i = 0u; i < 4; i++) {
    let seen = params.causal == 0 || key + i <= queryOf(row);
    if (key + i < params.tokens) { products[at + i] = select(0.0, quad[i], seen); }
  }
}

fn columnCount() -> u32 { return params.tokens; }

@compute @workgroup_size(workgroupSize)
fn headProducts(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = linearGroup(group, groups);
  let tilesAcross = tilesIn(columnCount());
  let tilesDown = (rowCount() + tileRows() - 1) / tileRows();
  let row0 = tile / tilesAcross % tilesDown * tileRows();
  let key0 = tile % tilesAcross * tileColumns();
  if (tile >= params.heads * tilesAcross * tilesDown) { return; }

  head = tile / (tilesAcross * tilesDown);
  let unseen = params.causal != 0 && key0 > queryOf(row0 + tileRows() - 1);
  addProduct(row0, key0, 0, select(params.dHead, 0, unseen), thread);
  storeTile(row0, key0, thread);
}
