// Adjoint of a frozen norm without bias: out = C(gain ⊙ g) · inverseSigma[token]; C subtracts the channel mean (layer) or nothing (rms).
// lanesPerRow lanes a row (token, column).

struct Params { rows: u32, columns: u32, channels: u32, firstToken: u32, subtractMean: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read> gain: array<f32>; // [channel]
@group(0) @binding(3) var<storage, read> sigma: array<f32>; // [token], all tokens: 1 / σ
@group(0) @binding(4) var<storage, read_write> pulled: array<f32>; // [token, column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn applyNormAdjoint(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let inRange = rowOf(group, groups, lane) < params.rows;
  let row = min(rowOf(group, groups, lane), params.rows - 1);
  let own = lane % lanesPerRow;
  let start = row * params.channels;
  let scale = sigma[params.firstToken + row / params.columns];

  var mean = 0.0; // in two parts, as in applyNorm
  var rest = 0.0;
  if (params.subtractMean != 0) {
    var total = 0.0;
    for (var c = own; c < params.channels; c += lanesPerRow) { total += gain[c] * g[start + c]; }
    mean = sumOverRow(total, lane) / f32(params.channels);
    total = 0;
    for (var c = own; c < params.channels; c += lanesPerRow) { total += gain[c] * g[start + c] - mean; }
    rest = sumOverRow(total, lane) / f32(params.channels);
  }
  if (!inRange) { return; }
  for (var c = own; c < params.channels; c += lanesPerRow) {
    pulled[start + c] = ((gain[c] * g[start + c] - mean) - rest) * scale;
  }
}
