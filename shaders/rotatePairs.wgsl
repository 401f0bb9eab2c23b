// Rotary positions: in each head, pairs among the first 2 half channels turn by the angle of (token, k); the rest pass through. Pair k is
// channels (k, k + half), or with `neighbours` (2k, 2k + 1).
//   out_first = x_first cos - x_second sin        out_second = x_second cos + x_first sin        back: sin with the other sign
// Columns of a signal count as more heads.

struct Params { elements: u32, heads: u32, dHead: u32, half: u32, neighbours: u32, firstToken: u32, back: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token from firstToken, (head, dHead)]
@group(0) @binding(2) var<storage, read> cosines: array<f32>; // [token, half]
@group(0) @binding(3) var<storage, read> sines: array<f32>; // [token, half]
@group(0) @binding(4) var<storage, read_write> rotated: array<f32>; // [token from firstToken, (head, dHead)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn rotatePairs(
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
  let token = params.firstToken + at / (params.heads * params.dHead);
  let near = params.neighbours != 0;
  let distance = select(params.half, 1u, near);
  let turn = token * params.half + select(c % params.half, c / 2, near);
  let sine = select(sines[turn], -sines[turn], params.back != 0);
  if (select(c < params.half, c % 2 == 0, near)) {
    rotated[at] = x[at] * cosines[turn] - x[at + distance] * sine;
  } else {
    rotated[at] = x[at] * cosines[turn] + x[at - distance] * sine;
  }
}
