// sigma[token] = 1 / sqrt(var_c x + eps), biased variance (layer), or 1 / sqrt(mean_c x² + eps) (rms). lanesPerRow lanes a token.

struct Params { tokens: u32, channels: u32, subtractMean: u32, eps: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, channel]
@group(0) @binding(2) var<storage, read_write> sigma: array<f32>; // [token]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn inverseSigma(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let inRange = rowOf(group, groups, lane) < params.tokens;
  let token = min(rowOf(group, groups, lane), params.tokens - 1);
  let own = lane % lanesPerRow;
  let start = token * params.channels;
  let count = f32(params.channels);

  var mean = 0.0;
  if (params.subtractMean != 0) {
    var total = 0.0;
    for (var c = own; c < params.channels; c += lanesPerRow) { total += x[start + c]; }
    mean = sumOverRow(total, lane) / count;
  }
  var squares = 0.0;
  var rest = 0.0;
  for (var c = own; c < params.channels; c += lanesPerRow) {
    let deviation = x[start + c] - mean;
    squares += deviation * deviation;
    rest += deviation;
  }
  var variance = sumOverRow(squares, lane) / count;
  if (params.subtractMean != 0) { // what rounding left of the mean, which matters when it is large against sigma
    let left = sumOverRow(rest, lane) / count;
    variance = max(variance - left * left, 0);
  }
  if (inRange && own == 0) { sigma[token] = 1 / sqrt(variance + params.eps); }
}
