// y[token, column, channel] = factor · coefficients[token, channel] · x[token, column, channel]. lanesPerRow lanes a row (token, column).

struct Params { rows: u32, columns: u32, staggered: u32, channels: u32, firstToken: u32, factor: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read> coefficients: array<f32>; // [token, channel], all tokens
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [token, column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn multiplyFrozen(lane: Lane) {
  let row = rowOf(lane);
  if (row >= params.rows) { return; }
  let start = row * params.channels;
  let startCoefficients = (params.firstToken + tokenOfRow(row, params.columns, params.staggered)) * params.channels;
  for (var c = placeInRow(lane); c < params.channels; c += lanesPerRow) {
    y[start + c] = params.factor * coefficients[startCoefficients + c] * x[start + c];
  }
}
