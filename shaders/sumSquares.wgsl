// squares[token, column] = Σ_c x[token, column, c]². lanesPerRow lanes a row.

struct Params { rows: u32, channels: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read_write> squares: array<f32>; // [token, column]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn sumSquares(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = row * params.channels;
  var total = 0.0;
  for (var c = own; c < params.channels; c += lanesPerRow) { total += x[start + c] * x[start + c]; }
  let sum = sumOverRow(total, lane);
  if (inRange && own == 0) { squares[row] = sum; }
}
