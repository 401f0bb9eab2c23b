// Rotary positions: in each head, channels (k, k + half) of the first 2 half turn by the angle of (token, k); the rest pass through.
//   out_k = x_k cos - x_{k+half} sin        out_{k+half} = x_{k+half} cos + x_k sin

struct Params { elements: u32, heads: u32, dHead: u32, half: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, (head, dHead)]
@group(0) @binding(2) var<storage, read> cosines: array<f32>; // [token, half]
@group(0) @binding(3) var<storage, read> sines: array<f32>; // [token, half]
@group(0) @binding(4) var<storage, read_write> rotated: array<f32>; // [token, (head, dHead)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn rotateHalf(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let c = at % params.dHead;
  if (c >= 2 * params.half) {
    rotated[at] = x[at];
    return;
  }
  let token = at / (params.heads * params.dHead);
  let turn = token * params.half + c % params.half;
  if (c < params.half) {
    rotated[at] = x[at] * cosines[turn] - x[at + params.half] * sines[turn];
  } else {
    rotated[at] = x[at] * cosines[turn] + x[at - params.half] * sines[turn];
  }
}
