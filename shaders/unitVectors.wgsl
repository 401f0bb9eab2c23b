// Cotangents at one token: column s is the unit vector of channel firstChannel + s. One thread an entry.

struct Params { elements: u32, channels: u32, firstChannel: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> vectors: array<f32>; // [column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn unitVectors(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  vectors[at] = select(0.0, 1.0, at % params.channels == params.firstChannel + at / params.channels);
}
