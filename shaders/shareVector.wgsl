// spread[token, column, c] = x[token, column, c] + share · vector[token, c], share = w[column] / Σ w over the token's columns, 0 where that sum is 0.
// w: the measure's size |m|, its root √m, or 1 wherever m ≠ 0. lanesPerRow lanes a row.

struct Params { rows: u32, columns: u32, channels: u32, skipped: u32, measure: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read> measured: array<f32>; // [token, column]
@group(0) @binding(3) var<storage, read> vector: array<f32>; // [token, channel], `skipped` tokens before x's first
@group(0) @binding(4) var<storage, read_write> spread: array<f32>; // [token, column, channel]

override workgroupSize: u32;

fn weightOf(m: f32) -> f32 {
  if (params.measure == 0) { return abs(m); }
  if (params.measure == 1) { return sqrt(m); }
  return select(0.0, 1.0, m != 0);
}

@compute @workgroup_size(workgroupSize)
fn shareVector(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let token = row / params.columns;
  var total = 0.0;
  for (var s = own; s < params.columns; s += lanesPerRow) { total += weightOf(measured[token * params.columns + s]); }
  let sum = sumOverRow(total, lane);
  if (!inRange) { return; }
  let share = select(0.0, weightOf(measured[row]) / sum, sum > 0);
  let start = (params.skipped + token) * params.channels;
  for (var c = own; c < params.channels; c += lanesPerRow) {
    spread[row * params.channels + c] = x[row * params.channels + c] + share * vector[start + c];
  }
}
