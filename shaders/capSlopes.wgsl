// slopes = 1 - tanh²(score / cap): what a soft cap passes of a cotangent. One thread an entry. Needs lib/sigmoid.wgsl.

struct Params { elements: u32, cap: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>; // [head, query, key], scaled, before the cap
@group(0) @binding(2) var<storage, read_write> slopes: array<f32>; // [head, query, key]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn capSlopes(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let s = 2 * scores[at] / params.cap;
  slopes[at] = 4 * sigmoid(s) * sigmoid(-s);
}
