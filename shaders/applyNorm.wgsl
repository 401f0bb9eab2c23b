// A frozen norm: y = gain ⊙ (x - mean_c x [layer]) · inverseSigma[token] (+ bias in every column) (+ added). lanesPerRow lanes a row
// (token, column). x and `added` are windows of y's rows and zero outside; outside of x's there is no bias.

struct Params {
  rows: u32, columns: u32, staggered: u32, channels: u32, firstToken: u32, subtractMean: u32, hasBias: u32, firstX: u32, rowsX: u32, firstAdded: u32, rowsAdded: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [(token, column) from firstX, channel]
@group(0) @binding(2) var<storage, read> gain: array<f32>; // [channel]
@group(0) @binding(3) var<storage, read> sigma: array<f32>; // [token], all tokens: 1 / σ
@group(0) @binding(4) var<storage, read> bias: array<f32>; // [channel], or anything when hasBias is 0
@group(0) @binding(5) var<storage, read> added: array<f32>; // [(token, column) from firstAdded, channel], or anything when rowsAdded is 0
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [token, column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn applyNorm(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = (clamp(row, params.firstX, params.firstX + params.rowsX - 1) - params.firstX) * params.channels;
  let scale = sigma[params.firstToken + tokenOfRow(row, params.columns, params.staggered)];

  // The mean in two parts: the second is what rounding left of the first, so that a row with a large offset loses nothing.
  var mean = 0.0;
  var rest = 0.0;
  if (params.subtractMean != 0) {
    var total = 0.0;
    for (var c = own; c < params.channels; c += lanesPerRow) { total += x[start + c]; }
    mean = sumOverRow(total, lane) / f32(params.channels);
    total = 0;
    for (var c = own; c < params.channels; c += lanesPerRow) { total += x[start + c] - mean; }
    rest = sumOverRow(total, lane) / f32(params.channels);
  }
  if (!inRange) { return; }
  // A row before a window wraps to a huge number, so one comparison is enough.
  let inX = row - params.firstX < params.rowsX;
  let inAdded = row - params.firstAdded < params.rowsAdded;
  let startAdded = (row - params.firstAdded) * params.channels;
  for (var c = own; c < params.channels; c += lanesPerRow) {
    var entry = gain[c] * ((x[start + c] - mean) - rest) * scale;
    if (params.hasBias != 0) { entry += bias[c]; }
    if (params.rowsAdded != 0) {
      entry = select(0.0, entry, inX);
      if (inAdded) { entry += added[startAdded + c]; }
    }
    y[row * params.channels + c] = entry;
  }
}
