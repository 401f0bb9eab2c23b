// squares[token, column] = Σ_c x[token, column, c]². One workgroup a row.

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
  let row = linearGroup(group, groups);
  if (row >= params.rows) { return; }
  let start = row * params.channels;
  var total = 0.0;
  for (var c = lane; c < params.channels; c += workgroupSize) { total += x[start + c] * x[start + c]; }
  let sum = sumOverWorkgroup(total, lane);
  if (lane == 0) { squares[row] = sum; }
}
