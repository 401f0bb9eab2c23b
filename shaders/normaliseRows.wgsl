// sigma[token] = 1 / sqrt(var_c x + eps), biased variance (layer), or 1 / sqrt(mean_c x² + eps) (rms), and the norm of x with it:
// y = gain ⊙ (x - mean_c x [layer]) · sigma[token] (+ bias) (+ added). lanesPerRow lanes a token.

struct Params { tokens: u32, channels: u32, subtractMean: u32, eps: f32, hasBias: u32, hasAdded: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, channel]
@group(0) @binding(2) var<storage, read> gain: array<f32>; // [channel]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [channel], or anything when hasBias is 0
@group(0) @binding(4) var<storage, read> added: array<f32>; // [token, channel], or anything when hasAdded is 0
@group(0) @binding(5) var<storage, read_write> sigma: array<f32>; // [token]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [token, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn normaliseRows(lane: Lane) {
  let inRange = rowOf(lane) < params.tokens;
  let token = min(rowOf(lane), params.tokens - 1);
  let own = placeInRow(lane);
  let start = token * params.channels;
  let count = f32(params.channels);

  // The mean in two parts: the second is what rounding left of the first, which matters when it is large against sigma.
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
  var left = 0.0;
  if (params.subtractMean != 0) {
    left = sumOverRow(rest, lane) / count;
    variance = max(variance - left * left, 0);
  }
  if (!inRange) { return; }
  let scale = 1 / sqrt(variance + params.eps);
  if (own == 0) { sigma[token] = scale; }
  for (var c = own; c < params.channels; c += lanesPerRow) {
    var entry = gain[c] * ((x[start + c] - mean) - left) * scale;
    if (params.hasBias != 0) { entry += bias[c]; }
    if (params.hasAdded != 0) { entry += added[start + c]; }
    y[start + c] = entry;
  }
}
