// squares[token, column] = Σ_c x[token, column, c]². lanesPerRow lanes a row.

struct Params { rows: u32, channels: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read_write> squares: array<f32>; // [token, column]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn sumSquares(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let inRange = rowOf(group, groups, lane) < params.rows;
  let row = min(rowOf(group, groups, lane), params.rows - 1);
  let own = lane % lanesPerRow;
  let start = row * params.channels;
  var total = 0.0;
  for (var c = own; c < params.channels; c += lanesPerRow) { total += x[start + c] * x[start + c]; }
  let sum = sumOverRow(total, lane);
  if (inRange && own == 0) { squares[row] = sum; }
}
