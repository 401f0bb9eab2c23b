// apart[j, h, (h', c)] = values[j, (g(h), c)] where h = h', else 0. One thread an entry.

struct Params { elements: u32, heads: u32, kvHeads: u32, dHead: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>; // [token, (kvHead, dHead)]
@group(0) @binding(2) var<storage, read_write> apart: array<f32>; // [token, head, (head, dHead)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn headsApart(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let channel = at % (params.heads * params.dHead);
  let row = at / (params.heads * params.dHead);
  let head = row % params.heads;
  let kvHead = head / (params.heads / params.kvHeads);
  apart[at] = 0;
  if (channel / params.dHead == head) {
    apart[at] = values[(row / params.heads * params.kvHeads + kvHead) * params.dHead + channel % params.dHead];
  }
}
