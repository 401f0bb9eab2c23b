// gathered[token, channel] = table[indices[token], channel], for the tokens whose row is among the `rows` from firstRow on, which are those in the
// buffer. One thread an entry; the host has checked the indices.

struct Params { elements: u32, channels: u32, firstRow: u32, rows: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: array<u32>; // [row, channel] (lib/weights.wgsl)
@group(0) @binding(2) var<storage, read> indices: array<u32>; // [token]
@group(0) @binding(3) var<storage, read_write> gathered: array<f32>; // [token, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn gatherRows(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let row = indices[at / params.channels] - params.firstRow; // wraps around before firstRow: no row then
  if (row >= params.rows) { return; }
  gathered[at] = weightAt(row * params.channels + at % params.channels);
}
