// total[token, channel] = Σ_s x[token, s, channel]. One thread an entry; neighbouring threads read neighbouring channels.

struct Params { elements: u32, columns: u32, staggered: u32, channels: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read_write> total: array<f32>; // [token, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn sumColumns(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let token = at / params.channels;
  let first = rowsBefore(token, params.columns, params.staggered);
  let count = rowsBefore(token + 1, params.columns, params.staggered) - first;
  let start = first * params.channels + at % params.channels;
  var sum = 0.0;
  for (var column = 0u; column < count; column++) { sum += x[start + column * params.channels]; }
  total[at] = sum;
}
