// compared[token, column] = Σ_c of x[token, column, c] and y[token, c]: x y, |x − y|, or (x − y)². lanesPerRow lanes a row of x.

struct Params { rows: u32, columns: u32, staggered: u32, channels: u32, skippedY: u32, measure: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read> y: array<f32>; // [token, channel], skippedY tokens before x's first
@group(0) @binding(3) var<storage, read_write> compared: array<f32>; // [token, column]

override workgroupSize: u32;

fn measured(ofX: f32, ofY: f32) -> f32 {
  if (params.measure == 0) { return ofX * ofY; }
  let gap = ofX - ofY;
  return select(abs(gap), gap * gap, params.measure == 2);
}

@compute @workgroup_size(workgroupSize)
fn compareChannels(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let startX = row * params.channels;
  let startY = (params.skippedY + tokenOfRow(row, params.columns, params.staggered)) * params.channels;
  var total = 0.0;
  for (var c = own; c < params.channels; c += lanesPerRow) { total += measured(x[startX + c], y[startY + c]); }
  let sum = sumOverRow(total, lane);
  if (inRange && own == 0) { compared[row] = sum; }
}
