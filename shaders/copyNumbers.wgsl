// Copies a run of numbers from one array into another. One thread a number.

struct Params { elements: u32, firstFrom: u32, firstTo: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> origin: array<f32>;
@group(0) @binding(2) var<storage, read_write> copied: array<f32>;

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn copyNumbers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  copied[params.firstTo + at] = origin[params.firstFrom + at];
}
