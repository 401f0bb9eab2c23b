// Adjoint of a frozen norm without bias: out = C(gain ⊙ g) · inverseSigma[token] (+ added); C subtracts the channel mean (layer) or
// nothing (rms). lanesPerRow lanes a row (token, column). g and `added` are windows of the rows and zero outside.

struct Params {
  rows: u32, columns: u32, channels: u32, firstToken: u32, subtractMean: u32, firstG: u32, rowsG: u32, firstAdded: u32, rowsAdded: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>; // [(token, column) from firstG, channel]
@group(0) @binding(2) var<storage, read> gain: array<f32>; // [channel]
@group(0) @binding(3) var<storage, read> sigma: array<f32>; // [token], all tokens: 1 / σ
@group(0) @binding(4) var<storage, read> added: array<f32>; // [(token, column) from firstAdded, channel], or anything when rowsAdded is 0
@group(0) @binding(5) var<storage, read_write> pulled: array<f32>; // [token, column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn applyNormAdjoint(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = (clamp(row, params.firstG, params.firstG + params.rowsG - 1) - params.firstG) * params.channels;
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
  // A row before a window wraps to a huge number, so one comparison is enough.
  let inG = row - params.firstG < params.rowsG;
  let inAdded = row - params.firstAdded < params.rowsAdded;
  let startAdded = (row - params.firstAdded) * params.channels;
  for (var c = own; c < params.channels; c += lanesPerRow) {
    var entry = select(0.0, ((gain[c] * g[start + c] - mean) - rest) * scale, inG);
    if (inAdded) { entry += added[startAdded + c]; }
    pulled[row * params.channels + c] = entry;
  }
}
